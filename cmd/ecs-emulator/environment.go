package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

const variablePrefix = "ECS_EMULATOR_"

// variablesOfOthers begin like ours: Kubernetes and Docker's links set them for a service of the name
// ecs-emulator, and the tests of this repository have some.
// Sources: Kubernetes, "Accessing the Service", environment variables; Docker, "Legacy container links".
var variablesOfOthers = lazyregexp.New(`^(SERVICE_(HOST|PORT)(_.*)?|PORT(_[0-9]+_.*)?|NAME|ENV_.*|TEST_.*|REQUIRE_.*|KILLS.*)$`)

// unknownVariables are variables that are called like the variables of flags, and set none, each with
// what may have been meant.
func unknownVariables(environment []string, known map[string]bool) (list []string) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(known)), func(name string) bool { return !known[name] })
	for _, assignment := range slices.Sorted(slices.Values(environment)) {
		variable, _, _ := strings.Cut(assignment, "=")
		name, ours := strings.CutPrefix(variable, variablePrefix)
		if _, has := known[name]; ours && !has && !variablesOfOthers.MatchString(name) {
			list = append(list, variable+" sets no flag; "+hint(name, names, variablePrefix, "'ecs-emulator help' says how they are named"))
		}
	}
	return list
}
