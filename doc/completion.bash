# Completion of bpgen's commands, options and models for bash.
_bpgen() {
    local word=${COMP_WORDS[COMP_CWORD]}
    case $word in
    --*) mapfile -t COMPREPLY < <(compgen -W "$(bpgen --help | grep -o -- '--[a-z-]*=\?')" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(
        [ "$COMP_CWORD" -eq 1 ] && compgen -W "$(bpgen --help | sed -n 's/^  bpgen \([a-z][a-z]*\) .*/\1/p')" -- "$word"
        compgen -f -X '!*.expr' -- "$word"
        compgen -d -S / -- "$word"
    ) ;;
    esac
    [[ ${COMPREPLY[0]} == *= || ${COMPREPLY[0]} == */ ]] && compopt -o nospace
}
complete -F _bpgen bpgen
