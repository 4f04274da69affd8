package secretsmanager

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/secretsmanager"
)

// Tagged are the secrets with tags, but for those that are marked for deletion: their tags cannot be changed.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{tagging.Of("secretsmanager:secret", secretsmanager.Secrets, func(s *secretsmanager.Secret) (string, []tagging.Tag) {
		if s.Deleted() {
			return "", nil
		}
		return s.ARN(), tagging.List(s.Tags, pair)
	})}
}
