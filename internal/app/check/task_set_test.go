package check_test

import (
	"fmt"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

// TestDeploymentControllers: services that external controllers and CodeDeploy deploy, and task sets, are checked with the definitions
// and services in the files.
func TestDeploymentControllers(t *testing.T) {
	const (
		network = `"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}}`
		group   = `"loadBalancers": [{"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/b/1", "containerName": "web", "containerPort": `
		web     = `{"family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
			"containerDefinitions": [{"name": "web", "image": "web", "portMappings": [{"containerPort": 80}]}]}`
		external = `{"serviceName": "e", "desiredCount": 2, "deploymentController": {"type": "EXTERNAL"}}`
		deployed = `{"serviceName": "c", "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE", "deploymentController": {"type": "CODE_DEPLOY"}, ` +
			network + `, ` + group + `80}]}`
	)
	set := func(service, more string) string {
		return `{"cluster": "default", "service": "` + service + `", "taskDefinition": "web", "launchType": "FARGATE", "externalId": "x", ` + network + more + `}`
	}
	for _, c := range []struct{ name, files, want string }{
		{"both controllers", web + `, ` + external + `, ` + deployed, ""},
		{"a set of a service in the files", web + `, ` + external + `, ` + set("e", `, `+group+`80}], "scale": {"value": 33.3, "unit": "PERCENT"}`), ""},
		{"a set of a service elsewhere", web + `, ` + set("arn:aws:ecs:eu-west-1:123456789012:service/default/other", ""), ""},
		{"a scale that no set has", set("e", `, "scale": {"value": 101, "unit": "PERCENT"}`), "scale.value: CreateTaskSet: scale value should be between 0 and 100"},
		{
			"a port that the container lacks", web + `, ` + set("e", `, `+group+`81}]`),
			"loadBalancers[0].containerPort: CreateTaskSet: The container web did not have a container port 81 defined.",
		},
		{
			"a set of a service that CodeDeploy deploys", web + `, ` + deployed + `, ` + set("c", ""),
			": CreateTaskSet: Amazon ECS only supports task set management on services configured to use external deployment controllers.",
		},
		{
			"a definition of what CodeDeploy deploys", web + `, ` + deployed + `, {"service": "c", "taskDefinition": "web"}`,
			"taskDefinition: UpdateService: Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
		},
		{
			"what describes a service with a primary set", `{"serviceArn": "arn:aws:ecs:us-east-1:000000000000:service/default/e", "serviceName": "e", "desiredCount": 2,
			"deploymentController": {"type": "EXTERNAL"}, "taskDefinition": "web:1", "launchType": "FARGATE", ` + network + `, "deployments": [], "taskSets": [{"id": "ecs-svc/1"}]}`, "",
		},
	} {
		got := ""
		for _, f := range (check.Options{}).Files([]check.File{{Name: "all.json", Text: []byte(`[` + c.files + `]`)}}) {
			got += fmt.Sprintf("%s: %s: %s", f.Member, f.Operation, f.Message)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestTaskSetsOfTemplatesAndPlans: stacks and Terraform make task sets of the services beside them.
func TestTaskSetsOfTemplatesAndPlans(t *testing.T) {
	template := `
Resources:
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties: {Cpu: 256, Memory: 512, NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE], ContainerDefinitions: [{Name: web, Image: web}]}
  Service:
    Type: AWS::ECS::Service
    Properties: {DesiredCount: 1, DeploymentController: {Type: EXTERNAL}}
  Set:
    Type: AWS::ECS::TaskSet
    Properties: {Cluster: default, Service: !Ref Service, TaskDefinition: !Ref Definition, LaunchType: FARGATE, NetworkConfiguration: {AwsVpcConfiguration: {Subnets: [subnet-0ec5e3a1a70000001]}}}
  Lost:
    Type: AWS::ECS::TaskSet
    Properties: {Cluster: default, Service: !Ref Service, TaskDefinition: !Ref Definition, LaunchType: FARGATE}
  Primary:
    Type: AWS::ECS::PrimaryTaskSet
    Properties: {Cluster: default, Service: !Ref Service, TaskSetId: !GetAtt Set.Id}
`
	plan := `{"format_version": "1.2", "resource_changes": [
		{"address": "aws_ecs_service.e", "mode": "managed", "type": "aws_ecs_service", "change": {"after": {"name": "e", "cluster": "default", "desired_count": 1, "deployment_controller": [{"type": "EXTERNAL"}]}, "after_unknown": {}}},
		{"address": "aws_ecs_task_set.fine", "mode": "managed", "type": "aws_ecs_task_set", "change": {"after": {"cluster": "default", "launch_type": "FARGATE", "task_definition": "web", "wait_until_stable": true,
			"scale": [{"unit": "PERCENT", "value": 100}], "network_configuration": [{"subnets": ["subnet-0ec5e3a1a70000001"], "assign_public_ip": false}]}, "after_unknown": {"service": true}}},
		{"address": "aws_ecs_task_set.lost", "mode": "managed", "type": "aws_ecs_task_set", "change": {"after": {"cluster": "default", "service": "e", "launch_type": "FARGATE", "task_definition": "web", "scale": [{"unit": "PERCENT", "value": 100}]}, "after_unknown": {}}}
	]}`
	for name, text := range map[string]string{"set.yaml": template, "plan.json": plan} {
		found := (check.Templates{}).Files([]check.File{{Name: name, Text: []byte(text)}})
		if len(found) != 1 || found[0].Message != "Network Configuration must be provided when networkMode 'awsvpc' is specified." || found[0].Operation != "CreateTaskSet" {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
