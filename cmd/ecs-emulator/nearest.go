package main

import "github.com/ecs-emulator/ecs-emulator/internal/base/nearest"

// hint asks whether a user meant the name that is nearest to what was typed; without one that is
// near it says otherwise.
func hint(typed string, names []string, prefix, otherwise string) string {
	if best := nearest.Name(typed, names); best != "" {
		return "did you mean " + prefix + best + "?"
	}
	return otherwise
}
