package handler

import (
	"cmp"
	"crypto/sha256"
	"strings"
)

// Naming is how resources of a type get names.
type Naming struct {
	Property string // which has a custom name
	Most     int    // letters that a name may have; 0: 255
	// Lower has generated names in small letters.
	Lower bool
	// Prefix is in the place of the stack's name: "CFN" (CFN-103).
	Prefix string
}

// name is the custom name of a resource, or the one that is generated for its incarnation.
func (n Naming) name(r *Request) (name string, custom bool) {
	if n.Property == "" {
		return "", false
	}
	if name = r.Properties.TextOf(n.Property); name != "" {
		return name, true
	}
	return n.generate(cmp.Or(n.Prefix, r.StackName), r.LogicalID, r.Incarnation), false
}

// generate makes STACK-LOGICAL-XXXXXXXXXXXX. What is too long is cut in the stack's part first, down to half of the room
// (CFN-103, 104; where exactly AWS cuts is not recorded).
func (n Naming) generate(stack, logical, incarnation string) string {
	room := cmp.Or(n.Most, 255) - suffixLength - 2
	logical = logical[:min(len(logical), max(room/2, room-len(stack)))]
	stack = strings.TrimRight(stack[:min(len(stack), room-len(logical))], "-")
	name := stack + "-" + logical + "-" + suffix(incarnation)
	if n.Lower {
		name = strings.ToLower(name)
	}
	return name
}

const (
	suffixLength  = 12
	suffixLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// suffix is the end of a generated name, another one for each incarnation.
func suffix(incarnation string) string {
	sum := sha256.Sum256([]byte(incarnation))
	made := make([]byte, suffixLength)
	for i := range made {
		made[i] = suffixLetters[int(sum[i])%len(suffixLetters)]
	}
	return string(made)
}
