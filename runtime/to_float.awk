# to_float.awk -- the float version of bpgen_runtime.h: float for double, f behind the names of libm and of the helpers, F behind
# constants. Lines of comments stay, but for the names in @helper lines. Reads the file twice: first the names, then the text.

function is_comment(line)
{
    if (line ~ /^ *\/\*/)
        inside = 1
    if (!inside)
        return 0
    if (line ~ /\*\//)
        inside = 0
    return 1
}

function convert(line, made, word)
{
    made = ""
    while (match(line, /[A-Za-z_][A-Za-z_0-9]*|[0-9]+\.[0-9]*(e[-+]?[0-9]+)?|[0-9]+/)) {
        word = substr(line, RSTART, RLENGTH)
        made = made substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (word == "double")
            made = made "float"
        else if (word in name)
            made = made word "f"
        else if (word ~ /\./)
            made = made word "F"
        else
            made = made word
    }
    return made line
}

BEGIN {
    split("exp exp2 expm1 log log2 log10 log1p sqrt cbrt fabs floor fmin fmax frexp ldexp sin cos tan", libm)
    for (i in libm)
        name[libm[i]] = 1
}

NR == FNR {
    if ($1 == "/*" && $2 == "@helper") {
        sub(/:$/, "", $3)
        name[$3] = 1
    }
    next
}

/^\/\* @/ { print convert($0); next }
is_comment($0) { print; next }
/^#/ { print; next }
{ print convert($0) }
