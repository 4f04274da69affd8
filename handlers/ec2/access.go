package ec2

import (
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/endpoint"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// access is what the operations ask.
func (a *API) access() awsapi.Rows {
	rows := kit.Access(awsapi.Rows{
		"CreateTags": awsapi.Asks(func(call awsapi.Call, in *sdk.CreateTagsInput) []awsapi.Access {
			return tagAccess(call, "ec2:CreateTags", in.Resources, in.Tags)
		}).May("aws:RequestTag/", "aws:TagKeys").Shows("ec2:CreateTags on TYPE/ID"),
		"DeleteTags": awsapi.Asks(func(call awsapi.Call, in *sdk.DeleteTagsInput) []awsapi.Access {
			return tagAccess(call, "ec2:DeleteTags", in.Resources, in.Tags)
		}).May("aws:RequestTag/", "aws:TagKeys").Shows("ec2:DeleteTags on TYPE/ID"),
	}, "DescribeTags")
	for _, more := range []awsapi.Rows{a.instances.Access(), a.vpcs.Access(), a.securityGroups.Access(), a.routing.Access(), endpoint.Access()} {
		maps.Copy(rows, more)
	}
	return rows
}

// tagAccess is what a change of tags asks. It has no key ec2:CreateAction: nothing is made. Source: EC2 user guide, grant
// permission to tag resources during creation.
func tagAccess(call awsapi.Call, action string, ids []string, tags []types.Tag) (wants []awsapi.Access) {
	keys := awsapi.Keys{"ec2:region": policy.Is(call.Region)}
	awsapi.TagKeys(keys, tags, func(t types.Tag) (string, string) { return aws.ToString(t.Key), aws.ToString(t.Value) })
	for _, id := range ids {
		wants = append(wants, awsapi.Access{Action: action, Resource: resourceARN(call.Scope(), id), Keys: keys})
	}
	if len(ids) == 0 {
		wants = append(wants, awsapi.Access{Action: action, Resource: "*", Keys: keys})
	}
	return wants
}

// resourceARN is the ARN of what an id names; of an id of an unknown kind, such as of a volume, no type is known.
func resourceARN(scope arn.Scope, id string) string {
	kind := "*"
	if k := kit.KindOf(id); k != nil {
		kind = string(k.Of)
	}
	return *kit.ResourceARN(scope, kind+"/"+id)
}

// tagsByARN are the tags of a resource.
func (a *API) tagsByARN(resourceARN string) []tagging.Tag {
	_, id, _ := strings.Cut(resourceARN, "/")
	return tagging.Map(ec2network.FindTags(a.Store.Read(), arn.ScopeOf(resourceARN), id))
}
