package template

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// readTransforms takes AWS::LanguageExtensions, and refuses macros by name.
func readTransforms(v *document.Value) (names []string, err error) {
	if v == nil {
		return nil, nil
	}
	for _, each := range transforms(v) {
		if each.Kind == document.Map {
			return nil, document.NotBuilt(each.At, "The transform "+each.TextOf("Name"))
		}
		if each.Text != intrinsic.LanguageExtensions {
			return nil, document.NotBuilt(each.At, "The transform "+each.Text)
		}
		names = append(names, each.Text)
	}
	return names, nil
}

// transforms are the items of Transform, which may be lists in lists.
func transforms(v *document.Value) (list []*document.Value) {
	if v.Kind != document.List {
		return []*document.Value{v}
	}
	for _, item := range v.Items {
		list = append(list, transforms(item)...)
	}
	return list
}

// checkMacros refuses Fn::Transform wherever it stands: AWS runs the macro on what is beside it, also in sections that take no
// other function.
func checkMacros(root *document.Value) (err error) {
	root.Walk(func(v *document.Value) bool {
		for _, m := range v.Members {
			if m.Name == "Fn::Transform" {
				err = document.NotBuilt(m.At, m.Name)
				return false
			}
		}
		return true
	})
	return err
}
