/* loops.c -- recurrences of all kinds: values against the same recurrence in C, gradients against central differences,
 * against the split sweeps and, bit by bit, against those with checkpoints; programs against the verifier (the unit runs it
 * after every pass). */
#include "loops_run.h"

/* ---- references -------------------------------------------------------------------------------------- */

static double contracting(const double *p)
{
    double l = p[0];

    for (int t = 0; t < 12; t++)
        l = 2.5 * l * (1 - l);
    return l;
}

static double from_two(const double *p)
{
    double v = p[0], sum = 0;

    for (int t = 2; t < 14; t++) {
        v = sin(v + p[1] * t);
        sum += v;
    }
    return v * sum;
}

static double swapped(const double *p)
{
    double a = p[0], b = p[1];

    for (int t = 0; t < 10; t++) {
        double before = a;

        a = b + 0.3 * a;
        b = before * p[2];
    }
    return a * b;
}

static double cell(const double *p)
{
    const double *w = p, *h0 = p + 9;
    double h[3] = { h0[0], h0[1], h0[2] }, total = 0;

    for (int t = 0; t < 11; t++) {
        double n[3];

        for (int i = 0; i < 3; i++) {
            n[i] = 0;
            for (int k = 0; k < 3; k++)
                n[i] += w[3 * i + k] * h[k];
            n[i] = tanh(n[i] + 0.1 * t);
        }
        for (int i = 0; i < 3; i++) {
            h[i] = n[i];
            total += (t + 1) * n[i] * n[i];
        }
    }
    return total;
}

static double nested(const double *p)
{
    double x = p[0], y = p[1], total = 0;

    for (int t = 0; t < 9; t++) {
        double inner[10], weight = 0;

        x = x * 0.9;
        for (int s = 0; s < 10; s++) {
            x = x + 0.02 * y;
            y = y - 0.02 * p[2] * x;
            inner[s] = x * y;
            total += 0.1 * x * x;
        }
        for (int s = 0; s < 10; s++)
            weight += inner[s];
        y = y + 0.01 * weight;
        total += x;
    }
    return total;
}

static double layers(const double *p)
{
    double h[2] = { p[0], p[1] }, total = 0;

    for (int t = 0; t < 10; t++) {
        double a = 0.1 * t, n[2];

        for (int k = 0; k < 2; k++) {
            a = tanh(p[2 + k] * a + h[k]);
            n[k] = a * 0.5;
        }
        h[0] = n[0];
        h[1] = n[1];
        total += a;
    }
    return total * total;
}

static double newton(const double *p)
{
    double a = p[0], x = a, r = 1;

    for (int k = 0; k < 50 && fabs(r) > 1e-12; k++) {
        r = x * x - a;
        x = x - r / (2 * x);
    }
    return x;
}

static double counted(const double *p)
{
    double v = p[0], total = 0;

    for (int k = 3; k < 20 && v < 4 + 0.1 * k; k++) {
        v = v * 1.3 + p[1];
        total += v * v;
    }
    return total + v;
}

static double never(const double *p)
{
    double v = p[0];

    return 3 * v;
}

static double guarded_index(const double *p)
{
    double v = 1, total = 0;

    for (int t = 0; t < 10 && p[t] + v > 0; t++) {
        v = v - 0.3 + 0.1 * p[t];
        total += v;
    }
    return total + v * v;
}

static double long_way(const double *p)
{
    double v[3] = { p[0], p[1], p[2] };

    for (int t = 1; t < 30 && sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) > 0.5 + 0.01 * t; t++) {
        double n = 0;

        for (int i = 0; i < 3; i++)
            n += v[i] * v[i];
        for (int i = 0; i < 3; i++)
            v[i] = v[i] * (0.8 + 0.01 * n * i);
    }
    return v[0] + 2 * v[1] + 3 * v[2];
}

static double inner_newton(const double *p)
{
    double x = p[0], total = 0;

    for (int t = 0; t < 9; t++) {
        double y = 1, r = 1;

        for (int k = 0; k < 30 && fabs(r) > 1e-10; k++) {
            r = y * y * y - (x + t);
            y = y - r / (3 * y * y);
            total += 0.01 * y;
        }
        x = x + 0.1 * y;
    }
    return x + total;
}

static double outer_while(const double *p)
{
    double x = p[0], total = 0;

    for (int t = 0; t < 12 && x < 6; t++) {
        for (int k = 0; k < 9; k++) {
            x = x + 0.01 * p[1] * k;
            total += x * k;
        }
        x = x * 1.1;
    }
    return total + x;
}

static double both_while(const double *p)
{
    double x = p[0], total = 0;

    for (int t = 0; t < 9 && x < 20; t++) {
        double y = x;

        for (int k = 2; k < 12 && y < x + 3; k++) {
            y = y * 1.2 + p[1];
            total += sin(y);
        }
        x = y;
    }
    return x * total;
}

static double forgotten(const double *p)
{
    return 0.5 * p[0] + p[0];
}

static double power(double a, double b)
{
    double r = 1;

    for (int k = 0; k < 10; k++)
        r = r * a + b * k;
    return r;
}

static double in_comprehension(const double *p)
{
    double total = 0;

    for (int i = 0; i < 4; i++)
        total += (i + 1) * power(p[i], 0.1) + power(0.3, p[4]);
    return total;
}

static double root(double a)
{
    double x = 1 + a, r = 1;

    for (int k = 0; k < 40 && fabs(r) > 1e-13; k++) {
        r = x * x - a;
        x = x - r / (2 * x);
    }
    return x;
}

static double roots(const double *p)
{
    double total = 0;

    for (int i = 0; i < 5; i++)
        total += (i + 1) * root(1 + p[i] * p[i]);
    return total;
}

static double triangle_of_roots(const double *p)
{
    double total = 0;

    for (int i = 0; i < 5; i++)
        for (int j = 0; j < i; j++)
            total += root(1.5 + p[i] * p[j]);
    return total;
}

static double in_branch(const double *p)
{
    return p[0] > 0.1 ? power(p[0], p[1]) + root(p[0]) : 2 * p[1];
}

static double reductions(const double *p)
{
    double v[4] = { p[0], p[1], p[2], p[3] }, total = 0;

    for (int t = 0; t < 9; t++) {
        double m = v[0], s = 0, q = 1, e = 0, n = 0;

        for (int i = 0; i < 4; i++) {
            m = fmax(m, v[i]);
            n += v[i] * v[i];
            s += exp(v[i]);
            e += v[i];
        }
        for (int j = 0; j < 12; j++)
            q *= 1 + 0.01 * j * v[j % 4];
        for (int i = 0; i < 4; i++)
            v[i] = 0.5 * v[i] + 0.1 * m + 0.1 * sqrt(n) + 0.02 * log(s) + 0.01 * q + 0.1 * exp(v[i]) / s - 0.3 * e / 4;
        total += m;
    }
    return total + v[0] * v[1] + v[2] - v[3];
}

static double backwards(const double *p)
{
    static const int at[10] = { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3 };
    double v = 0;

    for (int t = 0; t < 10; t++)
        v = v / 2 + p[9 - t] * p[at[t]] + (t == 0 ? p[0] : p[t] - p[t - 1]);
    return v * v;
}

static double branches(const double *p)
{
    double v = p[0], total = 0;

    for (int t = 0; t < 12; t++) {
        double root_of = v > 0 ? sqrt(v) : 0;

        v = v > 0 ? v - p[1] * root_of : v + 0.7;
        total += t > 2 && t < 9 ? v * p[2] : 0;
    }
    return total;
}

static double short_turns(const double *p)
{
    double v = p[0], total = 0;

    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++) {
            v = sin(v) + 0.1 * i * j;
            total += v * p[1];
        }
    }
    return total;
}

static double rows(const double *p)
{
    double a[2][3], total = 0;

    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++)
            a[i][k] = p[3 * i + k];
    for (int t = 0; t < 9; t++) {
        double n[2][3];

        for (int i = 0; i < 2; i++)
            for (int k = 0; k < 3; k++)
                n[i][k] = 0.6 * a[1 - i][k] + 0.2 * a[i][2 - k] * a[i][0];
        memcpy(a, n, sizeof a);
        total += a[1][2] * t;
    }
    return total + a[0][0];
}

static double asked_by_loop(const double *p)
{
    double v = p[0];

    for (int t = 0; t < 15; t++) {
        double r = 1;

        for (int k = 0; k < 10; k++)
            r = r * v + 0.1 * k;
        if (!(r > 1.2))
            break;
        v = 0.9 * v - 0.01 * p[1];
    }
    return v * v;
}

static double asked_with_index(const double *p)
{
    double v = p[0], total = 0;

    for (int t = 2; t < 15; t++) {
        double r = 1;

        for (int k = 0; k < 10; k++)
            r = r * v + 0.01 * t * k;
        if (!(r > 0.3))
            break;
        v = 0.85 * v - 0.01 * p[1];
        total += v * t;
    }
    return total + v;
}

static double gathered_local(const double *p)
{
    double total = 0, v = p[0];

    for (int t = 0; t < 9; t++) {
        double g[11], y = v;

        for (int k = 0; k < 11 && y < 2; k++)
            y = y + 0.2 * p[1];
        y = v;
        for (int k = 0; k < 11; k++) {
            g[k] = y < 2 ? y * y : 0;
            y = y < 2 ? y + 0.2 * p[1] : y;
        }
        for (int k = 0; k < 11; k++)
            total += g[k] * (k + t);
        v = v * 0.8 + 0.1 * g[0];
    }
    return total;
}

static const Case cases[] = {
    { "contracting map", "param x in [0.1, 0.9]\nl = x\nfor n in 0..12 { l = 2.5*l*(1-l) }\noutput l", contracting, 1 },
    { "from two on", "param x, k\nv = x\ns = 0\nfor t in 2..14 { v = sin(v + k*t); s = s + v }\nf = v*s", from_two, 2 },
    { "swap", "param x, y, k\na = x; b = y\nfor t in 0..10 { before = a; a = b + 0.3*a; b = before*k }\nf = a*b", swapped, 3 },
    { "cell", "param W[3,3], h0[3]\nh = h0\nfor t in 0..11 { h = tanh(W @ h + 0.1*t); o[t,i] = (t+1)*h[i]^2 }\nf = sum(o)",
      cell, 12 },
    { "nested", "param a, b, k\nx = a; y = b\nfor t in 0..9 {\nx = x*0.9\nfor s in 0..10 {\nx = x + 0.02*y\ny = y - 0.02*k*x\n"
      "i[s] = x*y\no[t,s] = 0.1*x^2\n}\ny = y + 0.01*sum(i)\nq[t] = x\n}\nf = sum(o) + sum(q)", nested, 3 },
    { "layers", "param h0[2], w[2]\nh = h0\nfor t in 0..10 {\na = 0.1*t\nfor k in 0..2 { a = tanh(w[k]*a + h[k]); n[k] = a*0.5 }\n"
      "h = n\ny[t] = a\n}\nf = sum(y)^2", layers, 4 },
    { "Newton", "param a in [0.5, 9]\nx = a; r = 1\nfor k in 0..50 while abs(r) > 1e-12 { r = x^2 - a; x = x - r/(2*x) }\n"
      "output x", newton, 1 },
    { "gathered while", "param a in [0.5, 1], b in [0, 1]\nv = a; s = 0\n"
      "for k in 3..20 while v < 4 + 0.1*k { v = v*1.3 + b; s = s + v^2 }\nf = s + v", counted, 2 },
    { "never", "param a\nv = a\nfor t in 0..0 { v = 2*v }\nfor t in 0..9 while v > 1e9 { v = v^2; o[t] = v }\nf = 2*v + a + sum(o)",
      never, 1 },
    { "subscript in the condition", "param a[10] in [-1, 1]\nv = 1\nfor t in 0..10 while a[t] + v > 0 { v = v - 0.3 + 0.1*a[t]; "
      "o[t] = v }\nf = sum(o) + v^2", guarded_index, 10 },
    { "norm in the condition", "param a[3] in [0.5, 2]\nv = a\nfor t in 1..30 while norm(v) > 0.5 + 0.01*t { n = sum(v^2); "
      "v[i] = v[i]*(0.8 + 0.01*n*i) for i in 0..3 }\nf = v[0] + 2*v[1] + 3*v[2]", long_way, 3 },
    { "while in for", "param a in [0.5, 2]\nx = a\nfor t in 0..9 {\ny = 1; r = 1\n"
      "for k in 0..30 while abs(r) > 1e-10 { r = y^3 - (x + t); y = y - r/(3*y^2); o[t,k] = 0.01*y }\nx = x + 0.1*y\n}\n"
      "f = x + sum(o)", inner_newton, 1 },
    { "for in while", "param a in [0, 1], b in [0, 1]\nx = a\nfor t in 0..12 while x < 6 {\n"
      "for k in 0..9 { x = x + 0.01*b*k; o[t,k] = x*k }\nx = x*1.1\n}\nf = sum(o) + x", outer_while, 2 },
    { "while in while", "param a in [0.5, 1], b in [0, 1]\nx = a; s = 0\nfor t in 0..9 while x < 20 {\ny = x\n"
      "for k in 2..12 while y < x + 3 { y = y*1.2 + b; s = s + sin(y) }\nx = y\n}\nf = x*s", both_while, 2 },
    { "forgotten", "param a in [0.5, 1]\nv = a; w = a\nfor k in 0..12 while k < 4 { v = 0.5; w = w }\nf = v*a + w", forgotten, 1 },
    { "in a comprehension", "param a[4] in [0, 0.8], b in [0, 1]\ndef power(a, b) { r = 1; for k in 0..10 { r = r*a + b*k }; q = r }\n"
      "y[i] = (i+1)*power(a[i], 0.1) + power(0.3, b)\nf = sum(y)", in_comprehension, 5 },
    { "while in a comprehension", "param a[5]\ndef root(a) { x = 1 + a; r = 1\n"
      "for k in 0..40 while abs(r) > 1e-13 { r = x^2 - a; x = x - r/(2*x) }\nq = x }\n"
      "f = sum((i+1)*root(1 + a[i]^2) for i in 0..5)", roots, 5 },
    { "while in a triangle", "param a[5]\ndef root(a) { x = 1 + a; r = 1\n"
      "for k in 0..40 while abs(r) > 1e-13 { r = x^2 - a; x = x - r/(2*x) }\nq = x }\n"
      "f = sum(root(1.5 + a[i]*a[j]) for i in 0..5, j in 0..i)", triangle_of_roots, 5 },
    { "in a branch", "param a, b\ndef power(a, b) { r = 1; for k in 0..10 { r = r*a + b*k }; q = r }\ndef root(a) { x = 1 + a; r = 1\n"
      "for k in 0..40 while abs(r) > 1e-13 { r = x^2 - a; x = x - r/(2*x) }\nq = x }\n"
      "f = a > 0.1 ? power(a, b) + root(a) : 2*b", in_branch, 2 },
    { "reductions", "param a[4]\nv = a\nfor t in 0..9 {\nm = max(v); q = prod(1 + 0.01*(4*b + i)*v[i] for b in 0..3, i in 0..4)\n"
      "v = 0.5*v + 0.1*m + 0.1*norm(v) + 0.02*logsumexp(v) + 0.01*q + 0.1*softmax(v) - 0.3*mean(v)\no[t] = m\n}\n"
      "f = sum(o) + v[0]*v[1] + v[2] - v[3]", reductions, 4 },
    { "backwards", "const at = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]\nparam a[10]\nv = 0\n"
      "for t in 0..10 { v = v/2 + a[9-t]*a[at[t]] + (t == 0 ? a[0] : a[t] - a[t-1]) }\nf = v^2", backwards, 10 },
    { "branches", "param a in [0.5, 2], b in [0.5, 1], c\nv = a\nfor t in 0..12 {\ns = v > 0 ? sqrt(v) : 0\n"
      "v = v > 0 ? v - b*s : v + 0.7\no[t] = t > 2 && t < 9 ? v*c : 0\n}\nf = sum(o)", branches, 3 },
    { "short", "param a, b\nv = a\nfor i in 0..3 {\nfor j in 0..4 { v = sin(v) + 0.1*i*j; o[i,j] = v*b }\n}\nf = sum(o)", short_turns,
      2 },
    { "rows", "param A0[2,3]\nA = A0\nfor t in 0..9 { A[i,k] = 0.6*A[1-i,k] + 0.2*A[i,2-k]*A[i,0] for i in 0..2, k in 0..3; "
      "o[t] = A[1,2]*t }\nf = sum(o) + A[0,0]", rows, 6 },
    { "a loop in the condition", "param a in [0.5, 1], b\ndef power(a) { r = 1; for k in 0..10 { r = r*a + 0.1*k }; q = r }\nv = a\n"
      "for t in 0..15 while power(v) > 1.2 { v = 0.9*v - 0.01*b }\nf = v^2", asked_by_loop, 2 },
    { "a loop in the condition, with the index", "param a in [0.5, 1], b\n"
      "def power(a, b) { r = 1; for k in 0..10 { x = r*a; r = x + b*k }; q = r }\nv = a; s = 0\n"
      "for t in 2..15 while power(v, t > 0 ? 0.01*t : b) > 0.3 { v = 0.85*v - 0.01*b; s = s + v*t }\nf = s + v",
      asked_with_index, 2 },
    { "gathered in a turn", "param a in [0, 1], b in [0.1, 1]\nv = a\nfor t in 0..9 {\ny = v\n"
      "for k in 0..11 while y < 2 { g[k] = y^2; y = y + 0.2*b }\no[t] = sum(g[k]*(k + t) for k)\nv = v*0.8 + 0.1*g[0]\n}\nf = sum(o)",
      gathered_local, 2 },
};

int main(int argc, char **argv)
{
    unsigned failed = 0;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (argc == 1 || strcmp(argv[1], cases[i].name) == 0)
            failed += !run_case(&cases[i]);
    return failed > 0;
}
