package check

import (
	"reflect"
	"strings"
)

// membersOf are the members of a structure of the SDK.
func membersOf(t reflect.Type) map[string]reflect.Type {
	members := map[string]reflect.Type{}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && f.Name != "ResultMetadata" {
			members[strings.ToLower(f.Name[:1])+f.Name[1:]] = f.Type
		}
	}
	return members
}

// nearest is the name to which the fewest letters have to change, empty if that is every third one.
func nearest(name string, names []string) (best string) {
	if len(name) > 100 {
		return ""
	}
	least := len(name)/3 + 1
	for _, each := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(each)); d < least {
			best, least = each, d
		}
	}
	return best
}

// distance counts the letters to insert, remove or replace. Names are short.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
