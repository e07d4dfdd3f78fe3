/* lut.c -- the table that sensor.expr calls: straight lines between 17 points. */
#include "sensor_grad.h"

enum { LINES = 16 };
static const double points[LINES + 1] = {
    141.8, 101.6, 76.3, 62.1, 52.0, 43.9, 37.0, 30.8, 25.0,
    19.4, 13.9, 8.3, 2.2, -4.7, -13.2, -25.6, -40.5,
};

/* The line that x lies on, and how far along it, in lines. */
static int find_line(double x, double *along)
{
    const double at = x / 64.0;
    const int line = at < 0.0 ? 0 : at >= LINES ? LINES - 1 : (int)at;

    *along = at - line;
    return line;
}

double celsius(double x)
{
    double along;
    const int line = find_line(x, &along);

    return points[line] + along * (points[line + 1] - points[line]);
}

double slope(double x)
{
    double along;
    const int line = find_line(x, &along);

    return (points[line + 1] - points[line]) / 64.0;
}
