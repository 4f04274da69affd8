// Package hashorder puts things in the order in which AWS answers some of its sets: tags of ECS,
// and the labels of parameters and the staging labels of secrets. In recorded answers (ECS0033,
// SSM0004, SEC0003) that is always the order of a hash set of Java's with 16 places, which knows
// nothing of when they came.
package hashorder

import (
	"slices"
	"unicode/utf16"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Sort returns the strings in that order, each once.
func Sort(set []string) []string {
	var once []string
	for _, s := range set {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return By(once, func(s string) string { return s })
}

// By returns things that have different keys in the order of their keys.
func By[T any](set []T, key func(T) string) []T {
	places := 16 // Java's table doubles when three quarters of it are taken
	for 4*len(set) > 3*places {
		places *= 2
	}
	place := func(of T) int {
		hash := javaHash(key(of))
		return int(hash^hash>>16) & (places - 1)
	}
	return sorting.Sorted(slices.Values(set), func(a, b T) int { return place(a) - place(b) })
}

// javaHash is what String.hashCode of Java returns.
func javaHash(s string) uint32 {
	h := uint32(0)
	for _, unit := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(unit)
	}
	return h
}
