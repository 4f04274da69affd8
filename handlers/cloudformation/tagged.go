package cloudformation

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
)

// Tagged are the stacks with tags that are not deleted.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{tagging.Of(service+":stack", cfn.Stacks, func(s *cfn.Stack) (string, []tagging.Tag) {
		if s.Deleted() {
			return "", nil
		}
		return s.ID, tagging.List(s.Tags, pair)
	})}
}

func pair(t cfn.Tag) (key, value string) { return t.Key, t.Value }
