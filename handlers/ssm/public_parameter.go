package ssm

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
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

// public returns the public parameter with a name. Each has one version.
func public(ctx context.Context, name string) (found, bool) {
	for _, i := range ec2.Images(awsapi.CallScope(ctx).Region) {
		for _, path := range i.Parameters {
			rest, below := strings.CutPrefix(name, path)
			if value := valueOf(i, rest); below && value != "" {
				return foundPublic(awsapi.CallScope(ctx), name, value), true
			}
		}
	}
	for _, f := range whole(awsapi.CallScope(ctx)) {
		if f.name == name {
			return f, true
		}
	}
	return found{}, false
}

// fluentBitTags are the tags of the image of AWS for Fluent Bit that have a parameter here;
// on AWS each version has one.
var fluentBitTags = []string{"latest", "stable"}

// whole are public parameters that have nothing below them: images of plain Amazon Linux, and
// the image that FireLens runs. Source of the latter: the README of AWS for Fluent Bit. Its
// account differs in regions that have to be enabled; it is the one of all others here.
func whole(s arn.Scope) (all []found) {
	for _, i := range ec2.AmazonLinux(s.Region) {
		for _, name := range i.Parameters {
			all = append(all, foundPublic(s, name, i.ID))
		}
	}
	if s.Partition() != "aws" {
		return all
	}
	for _, tag := range fluentBitTags {
		all = append(all, foundPublic(s, "/aws/service/aws-for-fluent-bit/"+tag, "906394416424.dkr.ecr."+s.Region+".amazonaws.com/aws-for-fluent-bit:"+tag))
	}
	return all
}

func allPublic(ctx context.Context) (all []found) {
	for _, i := range ec2.Images(awsapi.CallScope(ctx).Region) {
		for _, path := range i.Parameters {
			for _, rest := range partsOfImages {
				if value := valueOf(i, rest); value != "" {
					all = append(all, foundPublic(awsapi.CallScope(ctx), path+rest, value))
				}
			}
		}
	}
	return append(all, whole(awsapi.CallScope(ctx))...)
}

func foundPublic(s arn.Scope, name, value string) found {
	return found{arn: publicPrefix(s) + name, name: name, version: &ssm.Version{
		Name: name, Number: 1, Type: types.ParameterTypeString, DataType: "text", Value: value, ModifiedAt: ec2.ImagesMade,
	}}
}

// publicPrefix is what stands before the name in the ARN of a public parameter.
func publicPrefix(s arn.Scope) string {
	return "arn:" + s.Partition() + ":ssm:" + s.Region + "::parameter"
}

// partsOfImages are the names below the path of an image.
var partsOfImages = []string{
	"", "/ecs_agent_version", "/ecs_runtime_version", "/image_id", "/image_name", "/image_version", "/os", "/schema_version", "/source_image_name",
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
