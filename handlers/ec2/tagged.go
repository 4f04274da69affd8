package ec2

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Tagged are what DescribeTags finds: the store has all tags of EC2 in one place.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{{Type: "ec2", Resources: func(tx *store.Tx, scope arn.Scope) (found []tagging.Resource) {
		for _, id := range ec2network.Tagged(tx, scope) {
			if a.Exists(tx, scope, id) != nil { // a network interface that is gone
				continue
			}
			resourceARN := kit.ResourceARN(scope, string(kit.KindOf(id).Of)+"/"+id)
			found = append(found, tagging.Resource{ARN: *resourceARN, Tags: tagging.Map(ec2network.FindTags(tx, scope, id))})
		}
		return found
	}}}
}
