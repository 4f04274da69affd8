package autoscaling

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// findObsolete finds the instances of a group that a rolling update replaces: those that were launched from something else than the
// group launches from now, and all where it gets other subnets or another mixed instances policy.
// Source: CloudFormation user guide, UpdatePolicy.
func findObsolete(t *handler.Turn, g *types.AutoScalingGroup) (ids []string, err error) {
	all := t.Changed("VPCZoneIdentifier", "MixedInstancesPolicy")
	template := g.LaunchTemplate
	if g.MixedInstancesPolicy != nil && g.MixedInstancesPolicy.LaunchTemplate != nil {
		template = g.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification
	}
	version := ""
	if template != nil {
		if version, err = versionOf(t, template); err != nil {
			return nil, err
		}
	}
	for _, i := range g.Instances {
		obsolete := aws.ToString(i.LaunchConfigurationName) != aws.ToString(g.LaunchConfigurationName)
		switch {
		case template == nil || i.LaunchTemplate == nil:
			obsolete = obsolete || template != nil || i.LaunchTemplate != nil
		default:
			obsolete = obsolete || aws.ToString(i.LaunchTemplate.LaunchTemplateId) != aws.ToString(template.LaunchTemplateId) ||
				aws.ToString(i.LaunchTemplate.Version) != version
		}
		if (all || obsolete) && !leaves(i) {
			ids = append(ids, *i.InstanceId)
		}
	}
	return ids, nil
}

// versionOf is the number of the version of a launch template that instances are launched from now.
func versionOf(t *handler.Turn, template *types.LaunchTemplateSpecification) (string, error) {
	version := aws.ToString(template.Version)
	if version != "$Latest" && version != "$Default" && version != "" {
		return version, nil
	}
	var out ec2.DescribeLaunchTemplatesOutput
	in := ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{aws.ToString(template.LaunchTemplateId)}}
	if err := t.Call(apiclient.Of("ec2", "DescribeLaunchTemplates"), &in, &out); err != nil {
		return "", err
	}
	found, err := handler.First(out.LaunchTemplates)
	if err != nil {
		return "", err
	}
	if version == "$Latest" {
		return strconv.FormatInt(aws.ToInt64(found.LatestVersionNumber), 10), nil
	}
	return strconv.FormatInt(aws.ToInt64(found.DefaultVersionNumber), 10), nil
}
