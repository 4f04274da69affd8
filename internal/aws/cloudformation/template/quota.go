package template

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/dynamicreference"
)

// checkCount checks how many members a section has. Source: CloudFormation's quotas.
func checkCount(section *document.Value, what string, most int) error {
	if n := len(section.Members); n > most {
		return document.Formatf(section.At, "Number of %s, %d, is greater than maximum allowed, %d", what, n, most)
	}
	return nil
}

// checkDynamicReferenceCount checks how many dynamic references a template has. Source: CloudFormation's quotas; the text is a guess.
func checkDynamicReferenceCount(root *document.Value) error {
	const most = 60
	if n := dynamicreference.Count(root); n > most {
		return document.Formatf(root.At, "Number of dynamic references, %d, is greater than maximum allowed, %d", n, most)
	}
	return nil
}
