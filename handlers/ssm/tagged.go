package ssm

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Tagged are the parameters with tags.
func (a *API) Tagged() []tagging.Source {
	parameters := func(tx *store.Tx, scope arn.Scope) []*ssm.Parameter { return ssm.Parameters(tx, scope, "") }
	return []tagging.Source{tagging.Of("ssm:parameter", parameters, func(p *ssm.Parameter) (string, []tagging.Tag) {
		return p.ARN(), tagging.List(p.Tags, pair)
	})}
}
