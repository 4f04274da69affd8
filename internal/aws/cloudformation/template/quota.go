package template

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"

// checkCount checks how many members a section has. Source: CloudFormation's quotas.
func checkCount(section *document.Value, what string, most int) error {
	if n := len(section.Members); n > most {
		return document.Formatf(section.At, "Number of %s, %d, is greater than maximum allowed, %d", what, n, most)
	}
	return nil
}
