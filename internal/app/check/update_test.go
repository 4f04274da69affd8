package check_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// An update is refused if there is no service that would take it. What the files say of the
// service, and of its tasks, is taken into account.
func TestUpdateService(t *testing.T) {
	const (
		network = `"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}}`
		bare    = `{"family": "bare", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}`
		web     = `{"family": "web", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64, "portMappings": [{"containerPort": 80}]}]}`
		twice   = `{"family": "dns", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64, "portMappings": [{"containerPort": 53}, {"containerPort": 53, "protocol": "udp"}]}]}`
		fargate = `{"family": "fargate", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512",
			"containerDefinitions": [{"name": "a", "image": "a"}]}`
		outside = `{"family": "outside", "requiresCompatibilities": ["EXTERNAL"], "containerDefinitions": [{"name": "a", "image": "a", "memory": 64}]}`
		open    = `{"family": "open", "volumes": [{"name": "v", "configuredAtLaunch": true}],
			"containerDefinitions": [{"name": "a", "image": "a", "memory": 64, "mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}]}`
		daemon = `{"serviceName": "a", "taskDefinition": "before", "schedulingStrategy": "DAEMON"}`
		kept   = `{"serviceName": "a", "taskDefinition": "before", "desiredCount": 1, "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}], ` + network + `,
			"loadBalancers": [{"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/w/1", "containerName": "web", "containerPort": 80}]}`
	)
	const (
		group      = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/w/1"
		registered = `{"serviceName": "a", "taskDefinition": "before", "desiredCount": 1, "launchType": "FARGATE", ` + network + `,
			"serviceRegistries": [{"registryArn": "arn:aws:servicediscovery:us-east-1:000000000000:service/srv-b", "containerName": "api"}]}`
		ports = `{"family": "http", "networkMode": "awsvpc", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64, "portMappings": [{"containerPort": 80, "name": "http", "appProtocol": "http"}]}]},
			{"family": "tcp", "networkMode": "awsvpc", "containerDefinitions": [{"name": "a", "image": "a", "memory": 64, "portMappings": [{"containerPort": 80, "name": "http"}]}]}`
	)
	connect := func(namespace, port string) string {
		if namespace != "" {
			namespace = `"namespace": "` + namespace + `", `
		}
		return `"serviceConnectConfiguration": {"enabled": true, ` + namespace + `"services": [{"portName": "` + port + `", "clientAliases": [{"port": 80}]}]}`
	}
	connected := func(namespace, port string) string {
		return `{"serviceName": "a", "taskDefinition": "http", "desiredCount": 1, "launchType": "EC2", ` + network + `, ` + connect(namespace, port) + `}`
	}
	service := func(launchType string) string {
		return `{"serviceName": "a", "taskDefinition": "fargate", "desiredCount": 1, "launchType": "` + launchType + `", ` + network + `},`
	}
	for _, c := range []struct{ name, definition, update, want string }{
		{"a strategy that it has", "", `"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 1}]`, ""},
		{"another strategy", "", `"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}], "forceNewDeployment": true`, ""},
		{"another deployment controller", bare, `"deploymentController": {"type": "EXTERNAL"}`, ""},
		{"no strategy", "", `"capacityProviderStrategy": []`, ""},
		{
			"two bases", "", `"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 1}, {"capacityProvider": "FARGATE_SPOT", "base": 1}]`,
			"capacityProviderStrategy[0].base: There are multiple capacity providers in the specified capacity provider strategy with a base value greater than zero.",
		},
		{"platform version", "", `"platformVersion": "1.4.0", ` + network, ""},
		{"unknown platform version", "", `"platformVersion": "9.9.9"`, "platformVersion: The platform version is unknown."},
		{
			"a platform version on EC2 with a port that is mapped twice", twice, `"taskDefinition": "dns", "platformVersion": "9.9.9"`,
			"platformVersion: The platform version must be null when specifying an EC2 launch type.",
		},
		{"placement", "", `"placementStrategy": [{"type": "random"}], "placementConstraints": [{"type": "distinctInstance"}]`, ""},
		{
			"platform version with placement", "", `"platformVersion": "1.4.0", "placementConstraints": [{"type": "distinctInstance"}]`,
			"placementConstraints[0]: Placement constraints are not supported with FARGATE launch type.",
		},
		{"grace period", "", `"healthCheckGracePeriodSeconds": 30`, ""},
		{"grace period with ports", web, `"taskDefinition": "web", "healthCheckGracePeriodSeconds": 30`, ""},
		{
			"grace period without ports", bare, `"taskDefinition": "bare", "healthCheckGracePeriodSeconds": 30`,
			"healthCheckGracePeriodSeconds: Health check grace period is only valid for services configured to use load balancers",
		},
		{
			"grace period without load balancers", web, `"taskDefinition": "web", "healthCheckGracePeriodSeconds": 30, "loadBalancers": []`,
			"loadBalancers: Health check grace period is only valid for services configured to use load balancers",
		},
		{"without rebalancing", "", `"deploymentConfiguration": {"maximumPercent": 100}`, ""},
		{
			"with rebalancing", "", `"availabilityZoneRebalancing": "ENABLED", "deploymentConfiguration": {"maximumPercent": 100}`,
			"deploymentConfiguration.maximumPercent: The service couldn't be updated because Availability Zone Rebalancing does not support maximumPercent <= 100 %",
		},
		{"Fargate", fargate, `"taskDefinition": "fargate:3"`, ""},
		{"a definition for Fargate on EC2", fargate, `"taskDefinition": "fargate", "placementStrategy": [{"type": "random"}]`, ""}, // as ECS takes it
		{"external", outside, `"taskDefinition": "outside"`, ""},
		{
			"external in a strategy", outside, `"taskDefinition": "outside", "forceNewDeployment": true, "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}]`,
			"capacityProviderStrategy[0].capacityProvider: Task definition does not support launch_type FARGATE.",
		},
		{"provider of a group", bare, `"taskDefinition": "bare", "forceNewDeployment": true, "capacityProviderStrategy": [{"capacityProvider": "asg", "weight": 1}]`, ""},
		{
			"Fargate alone in a strategy of a group", fargate, `"taskDefinition": "fargate", "forceNewDeployment": true, "platformVersion": "1.4.0", "capacityProviderStrategy": [{"capacityProvider": "asg", "weight": 1}]`,
			"The platform version must be null when specifying an EC2 launch type.",
		},
		{
			"a mix of providers", "", `"forceNewDeployment": true, "capacityProviderStrategy": [{"capacityProvider": "asg", "weight": 1}, {"capacityProvider": "FARGATE"}]`,
			"A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers.",
		},
		{"volume", open, `"taskDefinition": "open"`, ""},
		{"no volume", open, `"taskDefinition": "open", "volumeConfigurations": []`, "Volume 'v' is configuredAtLaunch in your Task Definition."},
		{"network of no use", bare, `"taskDefinition": "bare", ` + network, "networkConfiguration: Network Configuration is not valid"},
		{"exec without a role", bare, `"taskDefinition": "bare", "enableExecuteCommand": true`, "enableExecuteCommand: The service couldn't be updated because a valid taskRoleArn is not being used."},
		{"launch type", "", `"launchType": "FARGATE"`, "launchType: Unknown parameter in input"},
		{"on Fargate in the files", service("FARGATE") + fargate, `"placementConstraints": [{"type": "distinctInstance"}]`, "placementConstraints[0]: Placement constraints are not supported"},
		{"on EC2 in the files", service("EC2") + fargate, `"placementConstraints": [{"type": "distinctInstance"}]`, ""},
		{"rebalanced in the files", service("EC2") + fargate, `"placementStrategy": [{"type": "random"}]`, "placementStrategy[0]: The service couldn't be updated because Availability Zone Rebalancing"},
		{"DAEMON in the files", daemon, `"taskDefinition": "elsewhere", "desiredCount": 2`, "desiredCount: The daemon scheduling strategy does not support a desired count"},
		{"what it keeps", kept, `"taskDefinition": "elsewhere", "healthCheckGracePeriodSeconds": 30`, ""},
		{"registries that it keeps", registered, `"taskDefinition": "elsewhere"`, ""},
		{
			"a namespace by its name and as the cluster's", connected("check", "http") + "," + ports, `"taskDefinition": "tcp", ` + connect("", "http"),
			"taskDefinition: The following config cannot be changed for a SC service.",
		},
		{"a container port that a stand-in does not have", "", connect("check", "http") + `, "loadBalancers": [{"targetGroupArn": "` + group + `", "containerName": "web", "containerPort": 40001}]`, ""},
		{"service of another cluster", "", `"service": "arn:aws:ecs:eu-west-1:123456789012:service/shop/a"`, "service: Invalid identifier: Identifier is for cluster shop. Your cluster is default"},
		{"name that no service has", "", `"service": "a/b"`, "service: "},
	} {
		update := `{` + c.update + `}`
		if !strings.Contains(update, `"service":`) {
			update = `{"service": "a", ` + c.update + `}`
		}
		list := "[" + strings.TrimPrefix(c.definition+","+update, ",") + "]"
		if got := refusals(list); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s; want %s\n%s", c.name, got, c.want, list)
		}
	}
}

// refusals are the findings about a file that are no notes.
func refusals(text string) string {
	var all []string
	for _, f := range (check.Options{}).Files([]check.File{{Name: "a.json", Text: []byte(text)}}) {
		if f.Effect != check.NoEffect {
			all = append(all, f.Member+": "+f.Message)
		}
	}
	return strings.Join(all, "\n")
}

// A member of another type hides nothing of the rest: the definition is looked at where the request has its tasks run.
func TestAWrongTypeLeavesTheLaunchType(t *testing.T) {
	const list = `[{"family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512", "containerDefinitions": [{"name": "app", "image": "i", "privileged": true}]},
		{"serviceName": "web", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE", "enableExecuteCommand": "true",
			"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}}}]`
	got := refusals(list)
	for _, want := range []string{"can not be converted to a Boolean", "launchType: Task definition does not support launch_type FARGATE."} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
