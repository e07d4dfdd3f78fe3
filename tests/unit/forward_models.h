/* forward_models.h -- what the tests of forward mode differentiate, beside the examples. */
#ifndef BPGEN_TESTS_FORWARD_MODELS_H
#define BPGEN_TESTS_FORWARD_MODELS_H

typedef struct {
    const char *name, *text;
    const char *wrt; /* one name, or NULL */
} Model;

static const Model models[] = {
    { "one scalar", "param x in [1, 2]\nf = x^3*sin(x) + log(x)", NULL },
    { "linear", "param x, y\nf = 2*x - 3*y + 1", NULL },
    { "independent output", "param x in [1, 2]\ninput c in [1, 2]\nf = exp(x)\ng = c^2\nh = [c, x*x, c]\noutput f, g, h", NULL },
    { "unused param", "param x[3], y[2,2]\nf = sum(x*x*x)", NULL },
    { "by an input", "param w[4]\ninput x[4]\nf = logsumexp(w*x)", "x" },
    { "output read by an output", "param x[12] in [0.5, 1]\ny = exp(x)\nz[i] = y[i]*y[i] + y[0]\noutput y, z", NULL },
    { "matrix product, both modes", "param A[3,9], x[9]\ny = A @ (x*x)\nf[i] = tanh(y[i])*y[0]", NULL },
    { "softmax", "param x[11]\ny = softmax(x*x)", NULL },
    { "maximum of an array", "param x[20], w[20]\nf = max(x*w)*max(x[i] for i)*sum(w)", NULL },
    { "pooling", "param x[24]\ny[i] = max(x[2*i+p]^3 for p in 0..2) for i in 0..12\nf = sum(y*y)", NULL },
    { "maximum by columns", "param A[9,10]\nm[j] = max(A[i,j]*A[i,j] for i) for j in 0..10\nf = sum(m)*m[3]", NULL },
    { "norm", "param x[13]\nf = norm(x)*norm(x[i] for i in 3..9)", NULL },
    { "norm of 0", "param x[3] = 0, y[3] in [1, 2]\nf = norm(y)^3*(1 + norm(x))", "y" },
    { "product with a zero", "param x[12] in [0.5, 1.5], s = 0\nf = prod(x)*(1 + s) + prod(s*x)", NULL },
    { "triangle", "param L[9,9], r[9]\ns[i] = sum(L[i,j]*r[j]^2 for j in 0..i) for i in 0..9\nf = sum(s*s*s)", NULL },
    { "stencil", "param u[30]\nf = sum((u[i+1] - u[i]^2)^2*exp(u[i-1]) for i in 1..29)", NULL },
    { "gather", "param E[6,3], w[3]\ninput k[15] in 0..6\nf = sum((E[k[n]] @ w)^3 for n)", NULL },
    { "branches on numbers",
      "param x[12], a in [0.5, 2]\ny[i] = x[i] > 0 ? sqrt(x[i])*a : x[i]*x[i]*x[i]\nf = sum(y*y)*(a > 1 ? log(a) : a^2)", NULL },
    { "a root that is not taken",
      "param x[12] in [-1, 0], a = 0\nf = sum((x[i] > 0 ? sqrt(a)*x[i] : x[i]^2*(1 + a)) for i)", NULL },
    { "branches on indices", "param u[12]\nl[i] = (i == 0 ? 0 : u[i-1]) - 2*u[i]^2 + (i == 11 ? 0 : u[i+1])\nf = sum(l*l)", NULL },
    { "array in a branch",
      "param x[9] in [1, 2], s in [0, 3]\nf = s > 1.5 ? norm(sqrt(x))*s : sum(x*x)/s", NULL },
    { "an adjoint of 0 that many branches share",
      "param x in [1, 2], y = 0, a[12] in [0.5, 1]\ns = sqrt(x) + 1/x\n"
      "f = (a[0] > 0.4 ? s*y : 0) + (a[1] > 0.5 ? 2*s*y : 0) + (a[2] > 0.6 ? 3*s*y : 0) + (a[3] > 0.7 ? 4*s*y : 0) +\n"
      "    (a[4] > 0.4 ? s*y : 0) + (a[5] > 0.5 ? 2*s*y : 0) + (a[6] > 0.6 ? 3*s*y : 0) + (a[7] > 0.7 ? 4*s*y : 0) +\n"
      "    (a[8] > 0.4 ? s*y : 0) + (a[9] > 0.5 ? 2*s*y : 0) + (a[10] > 0.6 ? 3*s*y : 0) + (a[11] > 0.7 ? 4*s*y : 0)", NULL },
    { "an exponent of 0", "param x in [1, 2], b = 0\nf = x^b", NULL },
    { "two outputs of several shapes", "param W[2,12], b[2]\ninput x[12]\nz = W @ x + b\ny = sig(z)\ns = sum(y*y)\noutput y, s", NULL },
    { "recurrence", "param a in [0.5, 1.5], x in [0.1, 0.9]\nh = x\nfor t in 0..15 { h = sin(a*h) + 0.1*h^2 }\nf = h", NULL },
    { "short recurrence", "param a in [0.5, 1.5], x in [0.1, 0.9]\nh = x\nfor t in 0..4 { h = sin(a*h)\no[t] = h*h }\nf = sum(o)", NULL },
    { "gathered array",
      "param a[9], v[9,2]\nh = [0, 1]\nfor t in 0..9 { h = tanh(h*a[t] + v[t])\no[t] = h @ h }\nf = sum(o*o) + h[0]", NULL },
    { "maximum in a recurrence",
      "param a[9], v[9,3]\nh = [0, 1, 0]\nfor t in 0..9 { m = max(h*a[t] + v[t])\nh = tanh(h*m + v[t]) }\nf = sum(h*h)", NULL },
    { "softmax in a recurrence",
      "param W[3,3], v[3]\nh = v\nfor t in 0..9 { h = softmax(W @ h) }\nf = h @ v", NULL },
    { "branch in a recurrence",
      "param a in [0.5, 1.5], x[10]\nh = a\nfor t in 0..10 { h = h > 0.3 ? log(h + 1)*x[t] : exp(h)*a - x[t] }\nf = h*h", NULL },
    { "nested recurrences",
      "param k in [1, 2], x0[2]\nx = x0\nfor t in 0..9 {\n  for s in 0..9 { x = x + 0.01*[x[1], -k*sin(x[0])] }\n  o[t] = x[0]^2\n}\nf = sum(o)", NULL },
    { "until it is small",
      "param c in [2, 9]\nx = c\nfor n in 0..40 while abs(x*x - c) > 1e-3 { x = (x + c/x)/2 }\nf = x*x*c", NULL },
    { "until it is small, inside",
      "param c[5] in [2, 9]\ns = 0\nfor i in 0..5 {\n  x = c[i]\n  for n in 0..30 while abs(x*x - c[i]) > 1e-3 { x = (x + c[i]/x)/2 }\n"
      "  s = s + x^3\n}\nf = s", NULL },
    { "counted by what is linear",
      "param c in [0.5, 1.5], y[12] in [1, 9]\ns = c\nfor k in 2..12 while s < 9 { s = s*1.1 + 0.1*y[k]^2 }\nf = s", NULL },
    { "matrix recurrence",
      "param A[3,3], B[3,3]\nM = B\nfor t in 0..9 { M = 0.3*(A @ M) + B*M }\nf = sum(M*M)", NULL },
    { "data",
      "param w[3], V[2,3]\ndata x[3]\n"
      "J = mean(max(V @ x)*tanh(dot(x, w))^2 for data) + sum(exp(dot(x,w))*logsumexp(V @ x) for data)", NULL },
    { "gradient penalty", "param W[3,3], v[3]\ninput x[3]\nJ = sum(tanh(W @ x)*v)\ng = grad(J, x)\nf = J^2 + sum(g*g)", NULL },
    { "tangent inside", "param x[9]\ny = x*sin(x)\nd = jvp(y, x, x*x)\nf = sum(d^3)", NULL },
    { "stated derivative",
      "param x[12] in [0.5, 2], y in [1, 2]\ndef g(a, b) = a^2*b derivative 2*a*b, a^2\nf = sum(g(x[i], y)*x[i] for i)", NULL },
};

#endif
