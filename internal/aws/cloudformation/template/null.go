package template

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
)

// checkNulls finds what is null: nothing in a template may be (CFN-87). AWS says Type for Properties in the path, by three public
// reports of a null in properties.
func checkNulls(root *document.Value) error {
	path, at, found := firstNull(root)
	if !found {
		return nil
	}
	slices.Reverse(path)
	if len(path) > 3 && path[0] == "Resources" && path[2] == "Properties" {
		path[2] = "Type"
	}
	return document.Plainf(at, "[/%s] 'null' values are not allowed in templates", strings.Join(path, "/"))
}

// firstNull is the path of the first null, from it up.
func firstNull(v *document.Value) (path []string, at document.Position, found bool) {
	if v.Kind == document.Null {
		return nil, v.At, true
	}
	for i, item := range v.Items {
		if path, at, found = firstNull(item); found {
			return append(path, strconv.Itoa(i)), at, true
		}
	}
	for _, m := range v.Members {
		if path, at, found = firstNull(m.Value); found {
			return append(path, m.Name), at, true
		}
	}
	return nil, at, false
}
