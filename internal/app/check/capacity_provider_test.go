package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// Capacity providers of Auto Scaling groups, clusters that have them and what runs on them. A group or
// provider that no file has is taken to be there, and to suit.
func TestCapacityProviders(t *testing.T) {
	const (
		arn = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0ec5e3a1-0000-4000-8000-000000000000:autoScalingGroupName/shop"
		mix = "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers."
		app = `{"family": "app", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}`
		own = `{"cluster": "shop", "capacityProviders": ["asg"], "defaultCapacityProviderStrategy": [{"capacityProvider": "asg", "weight": 1}]}`
	)
	provider := func(name, more string) string {
		return fmt.Sprintf(`{"name": %q, "autoScalingGroupProvider": {"autoScalingGroupArn": %q%s}}`, name, arn, more)
	}
	for _, c := range []struct{ name, list, want string }{
		{"provider", provider("asg", ""), ""},
		{"name of a group", `{"name": "asg", "autoScalingGroupProvider": {"autoScalingGroupArn": "shop"}}`, ""},
		{"protected", provider("asg", `, "managedScaling": {"status": "ENABLED"}, "managedTerminationProtection": "ENABLED"`), ""},
		{
			"protected without managed scaling", provider("asg", `, "managedTerminationProtection": "ENABLED"`),
			"autoScalingGroupProvider.managedTerminationProtection: The managed termination protection setting for the capacity provider is invalid.",
		},
		{"reserved name", provider("ecs-asg", ""), "name: The specified capacity provider name is invalid."},
		{
			"steps", provider("asg", `, "managedScaling": {"minimumScalingStepSize": 20, "maximumScalingStepSize": 10}`),
			"The minimum or maximum scaling step size value is invalid.",
		},
		{"managed instances without a cluster", `{"name": "m", "managedInstancesProvider": {"infrastructureRoleArn": "arn:aws:iam::123456789012:role/a", "instanceLaunchTemplate":
			{"ec2InstanceProfileArn": "arn:aws:iam::123456789012:instance-profile/a", "networkConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}}}}`, "belongs to a cluster"},
		{"daemon", `{"daemonName": "a b", "clusterArn": "shop", "daemonTaskDefinitionArn": "logs:1", "capacityProviderArns": ["arn:aws:ecs:eu-west-1:123456789012:capacity-provider/m"]}`, "Invalid daemon name."},
		{"cluster", own, ""},
		{"cluster by ARN", `{"clusterName": "shop", "capacityProviders": ["arn:aws:ecs:eu-west-1:123456789012:capacity-provider/asg", "FARGATE"]}`, ""},
		{"no such provider of Fargate", `{"cluster": "shop", "capacityProviders": ["FARGATE_SPOTS"], "defaultCapacityProviderStrategy": []}`, "capacityProviders[0]: The specified capacity provider was not found."},
		{
			"strategy of another provider", `{"cluster": "shop", "capacityProviders": ["asg"], "defaultCapacityProviderStrategy": [{"capacityProvider": "other", "weight": 1}]}`,
			"The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster.",
		},
		{
			"a mix of a cluster", `{"cluster": "shop", "capacityProviders": ["asg", "FARGATE"], "defaultCapacityProviderStrategy": [{"capacityProvider": "asg", "weight": 1}, {"capacityProvider": "FARGATE"}]}`,
			mix,
		},
		{"service", app + `, {"serviceName": "a", "taskDefinition": "app", "desiredCount": 1, "placementStrategy": [{"type": "random"}], "availabilityZoneRebalancing": "DISABLED", "capacityProviderStrategy": [{"capacityProvider": "asg", "weight": 1}]}`, ""},
		{"service of a cluster", app + "," + own + `, {"serviceName": "a", "cluster": "shop", "taskDefinition": "app", "desiredCount": 1, "placementConstraints": [{"type": "distinctInstance"}]}`, ""},
		{"DAEMON service of a cluster", app + "," + own + `, {"serviceName": "a", "cluster": "shop", "taskDefinition": "app", "schedulingStrategy": "DAEMON"}`, "Specifying a capacity provider strategy is not supported"},
		{"task", `{"taskDefinition": "app", "count": 10, "capacityProviderStrategy": [{"capacityProvider": "arn:aws:ecs:eu-west-1:123456789012:capacity-provider/asg", "weight": 1}]}`, ""},
		{"task of a mix", `{"taskDefinition": "app", "count": 1, "capacityProviderStrategy": [{"capacityProvider": "asg", "weight": 1}, {"capacityProvider": "FARGATE"}]}`, mix},
		{"public address", `{"serviceName": "a", "taskDefinition": "elsewhere", "desiredCount": 1, "capacityProviderStrategy": [{"capacityProvider": "asg", "weight": 1}],
			"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"], "assignPublicIp": "ENABLED"}}}`, "Assign public IP is not supported for this launch type."},
	} {
		if got := refusals("[" + c.list + "]"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) || strings.Count(got, "\n") > 0 {
			t.Errorf("%s: %s; want %s\n%s", c.name, got, c.want, c.list)
		}
	}
	if got := refusals(`{"daemonArn": "logs", "daemonTaskDefinitionArn": "logs:1", "capacityProviderArns": ["m"], "deploymentConfiguration": {"drainPercent": 101}}`); !strings.Contains(got, "drainPercent should be between 0 and 100") {
		t.Errorf("update of a daemon: %s", got)
	}
	// All members of a daemon task definition are a task definition's, too, but that it has no ports.
	const ports = `"containerDefinitions": [{"name": "a", "image": "a", "memory": 64, "portMappings": [{"containerPort": 80}]}]}`
	daemon := `{"daemonName": "logs", "clusterArn": "shop", "daemonTaskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:daemon-task-definition/logs:1", "capacityProviderArns": ["arn:aws:ecs:eu-west-1:123456789012:capacity-provider/m"]}`
	for list, of := range map[string]bool{
		`{"family": "logs", ` + ports:                      false,
		`{"family": "logs", "pidMode": "shared", ` + ports: true,
		`{"family": "logs", "ipcMode": "shared", ` + ports: true,
		`{"daemonTaskDefinition": {"family": "logs", "revision": 1, "status": "ACTIVE", "daemonTaskDefinitionArn": "logs:1", ` + ports + "}": true,
		`{"family": "logs", ` + ports + ", " + daemon:                                                         true,
		daemon + `, {"family": "logs", ` + ports:                                                              true,
		`{"family": "web", ` + ports + ", " + daemon:                                                          false,
		`{"family": "logs", ` + ports + ", " + daemon + `, {"serviceName": "logs", "taskDefinition": "logs"}`: false,
	} {
		if got := refusals("[" + list + "]"); strings.Contains(got, "does not support portMappings in a daemon task definition") != of {
			t.Errorf("%s: %s", list, got)
		}
	}
	for operation, text := range map[string]string{
		"UpdateCapacityProvider": `{"name": "asg", "autoScalingGroupProvider": {"managedTerminationProtection": "ENABLED"}}`,
		"DeleteCapacityProvider": `{"capacityProvider": "asg"}`,
	} {
		for _, f := range (check.Options{Operation: operation}).Files([]check.File{{Name: "a.json", Text: []byte(text)}}) {
			t.Errorf("%+v", f)
		}
	}
}

// A plan of a capacity provider, of a cluster with it and of a service on it, whose name only the
// references tell. Where they lead through a local value, of which no plan tells, it is taken to suit.
func TestPlanOfACapacityProvider(t *testing.T) {
	const plan = `{"format_version": "1.2", "resource_changes": [
		{"mode": "managed", "type": "aws_autoscaling_group", "address": "aws_autoscaling_group.g", "change": {"after": {"name": "g", "protect_from_scale_in": PROTECTED}, "after_unknown": {"arn": true}}},
		{"mode": "managed", "type": "aws_ecs_capacity_provider", "address": "aws_ecs_capacity_provider.p", "change": {
			"after": {"name": "p", "auto_scaling_group_provider": [{"managed_scaling": [{"status": "ENABLED"}], "managed_termination_protection": "ENABLED"}]},
			"after_unknown": {"id": true, "auto_scaling_group_provider": [{"auto_scaling_group_arn": true, "managed_draining": true}]}}},
		{"mode": "managed", "type": "aws_ecs_cluster_capacity_providers", "address": "aws_ecs_cluster_capacity_providers.c", "change": {
			"after": {"cluster_name": "c", "default_capacity_provider_strategy": [{"weight": 1}]},
			"after_unknown": {"capacity_providers": true, "default_capacity_provider_strategy": [{"capacity_provider": true}]}}},
		{"mode": "managed", "type": "aws_ecs_task_definition", "address": "aws_ecs_task_definition.d", "change": {"after": {"family": "d", "network_mode": "bridge",
			"container_definitions": "[{\"name\": \"a\", \"image\": \"a\", \"memory\": 64}]"}}},
		{"mode": "managed", "type": "aws_ecs_service", "address": "aws_ecs_service.s", "change": {"after": {"name": "s", "cluster": "c", "desired_count": 1, "task_definition": "d",
			"ordered_placement_strategy": [{"type": "binpack", "field": "memory"}], "availability_zone_rebalancing": "DISABLED",
			"capacity_provider_strategy": [{"weight": 1}MORE]}, "after_unknown": {"capacity_provider_strategy": [{"capacity_provider": true}]}}}
		], "configuration": {"root_module": {"resources": [
			{"address": "aws_ecs_capacity_provider.p", "expressions": {"auto_scaling_group_provider": [{"auto_scaling_group_arn": {"references": ["aws_autoscaling_group.g.arn", "aws_autoscaling_group.g"]}}]}},
			{"address": "aws_ecs_cluster_capacity_providers.c", "expressions": {"capacity_providers": {"references": ["aws_ecs_capacity_provider.p.id", "aws_ecs_capacity_provider.p"]},
				"default_capacity_provider_strategy": [{"capacity_provider": {"references": ["aws_ecs_capacity_provider.p.id", "aws_ecs_capacity_provider.p"]}}]}},
			{"address": "aws_ecs_service.s", "expressions": {"capacity_provider_strategy": [{"capacity_provider": {"references": ["aws_ecs_capacity_provider.p.id", "aws_ecs_capacity_provider.p"]}}]}}]}}}`
	for _, c := range []struct {
		protected, more, want string
		local                 bool
	}{
		{protected: "true"},
		{protected: "true", local: true},
		{"true", `, {"capacity_provider": "FARGATE", "weight": 1}`, "aws_ecs_service.s: A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers.", false},
		{"false", "", "aws_ecs_capacity_provider.p: The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider, the Auto Scaling group must have", false},
		{"null", "", "aws_ecs_capacity_provider.p: The managed termination protection setting for the capacity provider is invalid.", false},
	} {
		text := strings.NewReplacer("PROTECTED", c.protected, "MORE", c.more).Replace(plan)
		if c.local {
			text = strings.ReplaceAll(text, `"aws_ecs_capacity_provider.p.id", "aws_ecs_capacity_provider.p"`, `"local.p"`)
		}
		var found []string
		for _, f := range (check.Options{}).Files([]check.File{{Name: "plan.json", Text: []byte(text)}}) {
			found = append(found, f.Resource+": "+f.Message)
		}
		got := strings.Join(found, "\n")
		if len(found) > 1 || (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("found %s; want %s", got, c.want)
		}
	}
}
