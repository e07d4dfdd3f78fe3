/* oracle_main.h -- the second half of a driver written by tool_oracle: calls every emitted function and compares all elements.
 * The build says by HAS_... macros which arguments the functions take (empty structs are left out of the emitted code). */

/* Relative to the element, and to the largest element of the gradient. */
#ifndef CLOSE
#define CLOSE 1e-12
#define CLOSE_TO_LARGEST 1e-14
#endif

#ifdef HAS_PARAMS
#define ARG_PARAMS , &p
#else
#define ARG_PARAMS
#endif
#ifdef HAS_INPUTS
#define ARG_INPUTS , &in
#else
#define ARG_INPUTS
#endif
#ifdef HAS_INDEX
#define ARG_INDEX , &ix
#else
#define ARG_INDEX
#endif
#ifdef HAS_SAMPLE
#define ARG_SAMPLES , samples, N_SAMPLES
#else
#define ARG_SAMPLES
#endif
#ifdef HAS_TAPE
#define ARG_TAPE , &tape
#else
#define ARG_TAPE
#endif
#if SCALAR
#define ARG_OUTPUTS
#define ARG_SEED , seed
#else
#define ARG_OUTPUTS , &out
#define ARG_SEED , &seed
#endif
#ifdef VALUE_WORK
#define ARG_VALUE_WORK , &work
#else
#define ARG_VALUE_WORK
#endif
#ifdef GRAD_WORK
#define ARG_GRAD_WORK , &work
#else
#define ARG_GRAD_WORK
#endif
#ifdef FORWARD_WORK
#define ARG_FORWARD_WORK , &work
#else
#define ARG_FORWARD_WORK
#endif
#ifdef BACKWARD_WORK
#define ARG_BACKWARD_WORK , &work
#else
#define ARG_BACKWARD_WORK
#endif
#define APPLY(function, ...) function(__VA_ARGS__)
#define CALL(...) APPLY(__VA_ARGS__)

static double worst;

static int differs(const char *what, const REAL *got, const double *expected, size_t count, double largest)
{
    for (size_t i = 0; i < count; i++) {
        double gap = fabs((double)got[i] - expected[i]), limit = CLOSE * fabs(expected[i]) + CLOSE_TO_LARGEST * largest;

        if (!(gap <= limit)) {
            printf("%s[%u] is %.17g, the reference %.17g\n", what, (unsigned)i, (double)got[i], expected[i]);
            return 1;
        }
        if (gap / limit > worst)
            worst = gap / limit;
    }
    return 0;
}

static void fill(REAL *to, const double *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (REAL)from[i];
}

static double largest_of(const double *x, size_t count)
{
    double largest = 0;

    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(x[i]));
    return largest;
}

#ifdef HAS_PARAMS
static m_params p, grad;
#define N_GRADIENT (sizeof grad / sizeof(REAL))
#endif
#ifdef HAS_INPUTS
static m_inputs in;
#endif
#ifdef HAS_INDEX
static m_index ix;
#endif
#ifdef HAS_SAMPLE
static m_sample samples[N_SAMPLES];
#endif
#ifdef HAS_TAPE
static m_tape tape;
#endif
#ifdef HAS_WORK
static m_work work;
#endif
#if !SCALAR
static m_outputs out, seed;
#endif

#if HAS_GRADIENT
static int check_gradient(const char *what, const Case *c)
{
    return differs(what, (const REAL *)&grad, c->gradient, N_GRADIENT, largest_of(c->gradient, N_GRADIENT));
}
#endif

/* The value of the function just called. */
static int check_value(const char *what, const Case *c, const REAL *values)
{
    return differs(what, values, c->values, N_OUTPUTS, largest_of(c->values, N_OUTPUTS) + 1);
}

static int check_case(const Case *c)
{
    int bad = 0;
#if SCALAR
    REAL value, seed = (REAL)c->seeds[0];
#else
    fill((REAL *)&seed, c->seeds, N_OUTPUTS);
#endif
#ifdef HAS_PARAMS
    fill((REAL *)&p, c->params, sizeof p / sizeof(REAL));
#endif
#ifdef HAS_INPUTS
    fill((REAL *)&in, c->inputs, sizeof in / sizeof(REAL));
#endif
#ifdef HAS_INDEX
    memcpy(&ix, c->index, sizeof ix);
    if (!m_index_ok(&ix)) {
        printf("m_index_ok refuses a good index\n");
        return 1;
    }
#endif
#ifdef HAS_SAMPLE
    fill((REAL *)samples, c->data, sizeof samples / sizeof(REAL));
#endif
#if SCALAR
    value = CALL(m_value ARG_PARAMS ARG_INPUTS ARG_INDEX ARG_SAMPLES ARG_VALUE_WORK);
    bad += check_value("value", c, &value);
#if HAS_GRADIENT
    memset(&grad, 0x7f, sizeof grad);
    value = CALL(m_value_grad ARG_PARAMS ARG_INPUTS ARG_INDEX ARG_SAMPLES, &grad ARG_GRAD_WORK);
    bad += check_value("value_grad", c, &value);
    bad += check_gradient("gradient of value_grad", c);
    value = CALL(m_forward ARG_PARAMS ARG_INPUTS ARG_INDEX ARG_SAMPLES ARG_TAPE ARG_FORWARD_WORK);
    bad += check_value("forward", c, &value);
#endif
#else
    memset(&out, 0x7f, sizeof out);
    CALL(m_value ARG_PARAMS ARG_INPUTS ARG_INDEX ARG_SAMPLES ARG_OUTPUTS ARG_VALUE_WORK);
    bad += check_value("value", c, (const REAL *)&out);
#if HAS_GRADIENT
    memset(&out, 0x7f, sizeof out);
    CALL(m_forward ARG_PARAMS ARG_INPUTS ARG_INDEX ARG_SAMPLES ARG_TAPE ARG_OUTPUTS ARG_FORWARD_WORK);
    bad += check_value("forward", c, (const REAL *)&out);
#endif
#endif
#if HAS_GRADIENT
    memset(&grad, 0x7f, sizeof grad);
    CALL(m_backward ARG_PARAMS ARG_INPUTS ARG_INDEX ARG_SAMPLES ARG_SEED ARG_TAPE, &grad ARG_BACKWARD_WORK);
    bad += check_gradient("gradient of backward", c);
#endif
    return bad;
}

int main(void)
{
    int bad = 0;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        bad += check_case(&cases[i]);
    if (bad == 0)
        printf("%g of the tolerance\n", worst);
    return bad != 0;
}
