package ssm

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// recommended is the value of an image's parameter, in the order of its members on AWS.
// Source: ECS developer guide, retrieving ECS-optimized AMI metadata.
type recommended struct {
	AgentVersion   string `json:"ecs_agent_version"`
	RuntimeVersion string `json:"ecs_runtime_version"`
	ImageID        string `json:"image_id"`
	ImageName      string `json:"image_name"`
	ImageVersion   string `json:"image_version"`
	OS             string `json:"os"`
	SchemaVersion  int    `json:"schema_version"`
	SourceImage    string `json:"source_image_name"`
}

// find returns the parameter with a name, which may be its ARN and may end in a version,
// or nil. Each has one version. Source: recorded answers, for the selector.
func find(ctx context.Context, name string) *types.Parameter {
	scope, prefix := awsapi.FromContext(ctx).Scope(), arnPrefix(ctx)
	name, version, selected := strings.Cut(strings.TrimPrefix(name, prefix), ":")
	if n, err := strconv.ParseUint(version, 10, 63); selected && (err != nil || n != 1) {
		return nil
	}
	var selector *string
	if selected {
		selector = aws.String(":" + version)
	}
	for _, i := range ec2.Images(scope.Region) {
		for _, path := range i.Parameters {
			rest, below := strings.CutPrefix(name, path)
			if value := valueOf(i, rest); below && value != "" {
				return &types.Parameter{
					ARN: aws.String(prefix + name), Name: &name, Type: types.ParameterTypeString, DataType: aws.String("text"),
					Value: &value, Version: 1, LastModifiedDate: aws.Time(ec2.ImagesMade), Selector: selector,
				}
			}
		}
	}
	return nil
}

// arnPrefix is what stands before the name in the ARN of a public parameter.
func arnPrefix(ctx context.Context) string {
	scope := awsapi.FromContext(ctx).Scope()
	return "arn:" + scope.Partition() + ":ssm:" + scope.Region + "::parameter"
}

// malformed reports whether a name has more than one selector, or an empty one.
func malformed(ctx context.Context, name string) bool {
	name = strings.TrimPrefix(name, arnPrefix(ctx))
	return !arn.Is(name) && (strings.Count(name, ":") > 1 || strings.HasSuffix(name, ":"))
}

// valueOf is what stands below the path of an image; empty is nothing.
func valueOf(i *ec2.Image, rest string) string {
	switch rest {
	case "/image_id":
		return i.ID
	case "/image_version":
		return i.Version
	}
	if i.Bottlerocket {
		return ""
	}
	r := recommended{
		AgentVersion: ec2.AgentVersion, RuntimeVersion: "Docker version " + ec2.DockerVersion, ImageID: i.ID, ImageName: i.Name,
		ImageVersion: i.Version, OS: i.OS, SchemaVersion: 1, SourceImage: i.Source,
	}
	switch rest {
	case "":
		text, _ := json.Marshal(r) // of text and a number
		return string(text)
	case "/image_name":
		return r.ImageName
	case "/ecs_agent_version":
		return r.AgentVersion
	case "/ecs_runtime_version":
		return r.RuntimeVersion
	case "/os":
		return r.OS
	case "/source_image_name":
		return r.SourceImage
	case "/schema_version":
		return "1"
	}
	return ""
}
