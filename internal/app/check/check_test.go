package check_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
)

var update = flag.Bool("update", false, "write what is found to testdata")

// TestPlanted finds what is wrong with each of many files in one run, and nothing else.
func TestPlanted(t *testing.T) {
	const path = "testdata/planted.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	last := len(archive.Files) - 1
	var files []check.File
	for _, f := range archive.Files[:last] {
		files = append(files, check.File{Name: f.Name, Text: f.Data})
	}
	var got strings.Builder
	for _, f := range (check.Options{}).Files(files) {
		fmt.Fprintf(&got, "%s:%d: %s: %s: %s\n", f.File, f.Line, f.Member, f.Effect, f.Message)
	}
	if *update {
		archive.Files[last].Data = []byte(got.String())
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(archive.Files[last].Data); got.String() != want {
		t.Errorf("found\n%s\nwant\n%s", &got, want)
	}
	for _, f := range files {
		if !strings.Contains(got.String(), f.Name+":") {
			t.Errorf("nothing is found in %s", f.Name)
		}
	}
}

// What suits is not found fault with: what others describe, and what refers to what no file has.
func TestFine(t *testing.T) {
	for _, text := range []string{
		`{"taskDefinition": "a:7", "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop", "count": 2,
			"overrides": {"cpu": "8192", "containerOverrides": [{"name": "a", "memory": 60000, "command": ["x"]}]}}`,
		`{"serviceName": "a", "taskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/a:7", "desiredCount": 1, "healthCheckGracePeriodSeconds": 30,
			"loadBalancers": [{"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/1", "containerName": "a", "containerPort": 80}]}`,
		`{"serviceName": "a", "taskDefinition": "a", "desiredCount": 1, "cluster": "whose default strategy is Fargate"}`,
		`{"serviceName": "a", "taskDefinition": "a", "desiredCount": 1, "cluster": "fargate", "platformVersion": "1.4.0",
			"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}}}`,
		`{"serviceName": "a", "taskDefinition": "a", "desiredCount": 1,
			"volumeConfigurations": [{"name": "data", "managedEBSVolume": {"sizeInGiB": 10, "roleArn": "arn:aws:iam::123456789012:role/a"}}]}`,
		`{"services": [{"serviceArn": "arn:aws:ecs:eu-west-1:123456789012:service/shop/a", "clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
			"serviceName": "a", "taskDefinition": "a", "schedulingStrategy": "DAEMON", "desiredCount": 3, "runningCount": 3, "status": "ACTIVE",
			"events": [], "deployments": []}], "failures": []}`,
		`{"serviceName": "a", "taskDefinition": "a", "desiredCount": 1, "loadBalancers": [
			{"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/1", "containerName": "a", "containerPort": 80,
			 "advancedConfiguration": {"alternateTargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/b/1",
			  "productionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/a/1/2/3", "roleArn": "arn:aws:iam::123456789012:role/a"}}],
			"deploymentConfiguration": {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 0.3}, "bakeTimeInMinutes": 5, "lifecycleHooks": [
			 {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"], "hookDetails": {"a": [1, "b"]}}]}}`,
		`{"service": "a", "deploymentConfiguration": {"strategy": "LINEAR", "linearConfiguration": {"stepBakeTimeInMinutes": 0}}, "loadBalancers": [
			{"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/1", "containerName": "a", "containerPort": 80,
			 "advancedConfiguration": {"alternateTargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/b/1",
			  "productionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/a/1/2/3", "roleArn": "arn:aws:iam::123456789012:role/a"}}]}`,
		`{"service": "a", "deploymentConfiguration": {"strategy": "BLUE_GREEN"}}`,
		`{"serviceName": "a", "taskDefinition": "a", "desiredCount": 1, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}},
			"gatewayConnectors": [{"portName": "http", "filters": {"accessTypes": ["PRIVATE"]}}]}`,
		`{"name": "shop", "infrastructureRoleArn": "arn:aws:iam::123456789012:role/a", "configuration": {"hostSharedAlb": {}}}`,
		`{"service": "a", "deploymentConfiguration": {"alarms": {"alarmNames": ["slow", "b"], "enable": true, "rollback": true}}}`,
		`{"serviceName": "a", "taskDefinition": "a", "desiredCount": 1, "deploymentConfiguration": {
			"alarms": {"alarmNames": ["slow"], "enable": true, "rollback": true},
			"earlySuccessCriteria": {"enable": true, "healthyPercent": 100, "sourceServiceRevisionCleanup": "DEFERRED"}}}`,
		`{"service": "a", "deploymentConfiguration": {"strategy": "CANARY"}}`,
		`{"service": "a", "deploymentConfiguration": {"canaryConfiguration": {"canaryPercent": 10}}}`,
		`{"clusters": [{"clusterArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop", "clusterName": "shop", "status": "ACTIVE", "statistics": []}]}`,
		`{"taskDefinition": "a", "startedBy": "a", "containerInstances": ["arn:aws:ecs:eu-west-1:123456789012:container-instance/shop/0123456789abcdef0123456789abcdef"]}`,
		`{"service": "a", "cluster": "shop", "desiredCount": 3}`,
		`{"service": "arn:aws:ecs:eu-west-1:123456789012:service/shop/a", "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/shop", "taskDefinition": "a:8",
			"loadBalancers": [{"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/1", "containerName": "a", "containerPort": 80}]}`,
	} {
		for _, f := range (check.Options{}).Files([]check.File{{Name: "a.json", Text: []byte(text)}}) {
			if f.Effect != check.NoEffect {
				t.Errorf("%s\n%+v", text, f)
			}
		}
	}
}

// What the provider adds to a plan, and what it leaves out.
func TestPlanAsTheProviderSendsIt(t *testing.T) {
	const plan = `{"format_version": "1.2", "resource_changes": [
		{"mode": "managed", "type": "aws_ecs_cluster_capacity_providers", "address": "a", "change": {"after": {"cluster_name": "a", "capacity_providers": ["FARGATE"]}}},
		{"mode": "managed", "type": "aws_ecs_service", "address": "c", "change": {
			"after": {"name": "c", "scheduling_strategy": "DAEMON", "desired_count": 0, "deployment_maximum_percent": 200}, "after_unknown": {"task_definition": true}}},
		{"mode": "managed", "type": "aws_ecs_service", "address": "e", "change": {"after": {"name": "e", "desired_count": null,
			"capacity_provider_strategy": [{"weight": 1}], "network_configuration": [{}], "load_balancer": [{"elb_name": ""}], "service_registries": [{"container_name": "", "container_port": null, "port": null}]},
			"after_unknown": {"task_definition": true, "capacity_provider_strategy": [{"capacity_provider": true}], "network_configuration": [{"subnets": true}],
			"load_balancer": [{"target_group_arn": true, "container_name": true, "container_port": true}], "service_registries": [{"registry_arn": true}]}}},
		{"mode": "managed", "type": "aws_ecs_task_definition", "address": "f", "change": {"after": {"family": "f", "network_mode": "awsvpc", "requires_compatibilities": ["FARGATE"],
			"container_definitions": "[{\"name\": \"a\", \"image\": \"a\"}]"}, "after_unknown": {"cpu": true, "memory": true}}},
		{"mode": "managed", "type": "aws_ecs_task_definition", "address": "d", "change": {"after": {"family": "d"}, "after_unknown": {"container_definitions": true}}},
		{"mode": "managed", "type": "aws_ecs_task_definition", "address": "b", "change": {"after": {"family": "b",
			"volume": [{"name": "v", "host_path": "", "docker_volume_configuration": [{"scope": "task", "autoprovision": false}]}],
			"container_definitions": "[{\"name\": \"a\", \"image\": \"a\", \"memory\": 64, \"mountPoints\": [{\"sourceVolume\": \"v\", \"containerPath\": \"/v\"}]}]"}}}]}`
	const nothing = `{"format_version": "1.2", "planned_values": {"root_module": {}}}` // changes
	for _, f := range (check.Options{}).Files([]check.File{{Name: "plan.json", Text: []byte(plan)}, {Name: "nothing.json", Text: []byte(nothing)}}) {
		t.Errorf("%+v", f)
	}
}

// A plan that Terraform made, of the example and of resources with something wrong.
func TestPlan(t *testing.T) {
	text, err := os.ReadFile("testdata/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	for _, f := range (check.Options{}).Files([]check.File{{Name: "plan.json", Text: text}}) {
		if f.Effect != check.NoEffect {
			refused = append(refused, f.Resource+" "+f.Member)
		}
		if f.Line != 0 {
			t.Errorf("a line of a plan: %+v", f)
		}
	}
	slices.Sort(refused)
	want := []string{
		"aws_ecs_service.full enableExecuteCommand",
		"aws_ecs_service.full loadBalancers[0].containerPort",
		"aws_ecs_task_definition.full containerDefinitions[0].stopTimeout",
		"aws_ecs_task_definition.full cpu",
		"aws_ecs_task_definition.full runtimePlatform.operatingSystemFamily",
		"aws_s3_bucket.a ",
	}
	if !slices.Equal(refused, want) {
		t.Errorf("refused\n%s\nwant\n%s", strings.Join(refused, "\n"), strings.Join(want, "\n"))
	}
	if upstream := (check.Options{Upstream: true}).Files([]check.File{{Name: "plan.json", Text: text}}); slices.ContainsFunc(upstream, func(f check.Finding) bool { return f.Resource == "aws_s3_bucket.a" }) {
		t.Error("a bucket is refused although there is an upstream")
	}
}

// Resources of the APIs that the emulator has are no findings, and those of others are told once for each type.
func TestResourcesOfOtherAPIs(t *testing.T) {
	var changes []string
	for _, typ := range []string{
		"aws_ecr_repository", "aws_ecr_repository_policy", "aws_ecr_lifecycle_policy", "aws_ecr_account_setting", "aws_cloudwatch_event_rule",
		"aws_cloudwatch_event_target", "aws_cloudwatch_composite_alarm", "aws_cloudwatch_dashboard", "aws_scheduler_schedule", "aws_service_discovery_private_dns_namespace", "random_id",
		"aws_ecr_repository_creation_template", "aws_ecr_replication_configuration", "aws_ecr_replication_configuration", "aws_ecrpublic_repository",
	} {
		changes = append(changes, fmt.Sprintf(`{"address": "%s.a", "mode": "managed", "type": "%s", "change": {"after": {}}}`, typ, typ))
	}
	text := `{"format_version": "1.2", "resource_changes": [` + strings.Join(changes, ",") + "]}"
	var refused []string
	for _, f := range (check.Options{}).Files([]check.File{{Name: "plan.json", Text: []byte(text)}}) {
		refused = append(refused, f.Resource)
	}
	want := []string{"aws_ecr_repository_creation_template.a", "aws_ecr_replication_configuration.a", "aws_ecrpublic_repository.a"}
	if !slices.Equal(refused, want) {
		t.Errorf("refused %q, want %q", refused, want)
	}
}

// What a request lacks as a whole is no fault of a structure that it has.
func TestWhatARequestLacks(t *testing.T) {
	const files = `[{"family": "a", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512", "volumes": [{"name": "v", "configuredAtLaunch": true}],
			"containerDefinitions": [{"name": "a", "image": "a", "mountPoints": [{"sourceVolume": "v", "containerPath": "/v"}]}]},
		{"serviceName": "a", "taskDefinition": "a", "desiredCount": 1, "launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0ec5e3a1a70000001"]}}}]`
	found := check.Options{}.Files([]check.File{{Name: "a.json", Text: []byte(files)}})
	if len(found) != 1 || found[0].Member != "" || !strings.Contains(found[0].Message, "Volume configuration must be provided") {
		t.Errorf("%+v", found)
	}
}

// What only fails when a task starts on AWS is told from the file.
func TestLogRouters(t *testing.T) {
	definition := func(options, plugin string) string {
		return `{"family": "web", "containerDefinitions": [
			{"name": "web", "image": "web", "memory": 64, "logConfiguration": {"logDriver": "awsfirelens", "options": {` + plugin + `}}},
			{"name": "router", "image": "fluent", "memory": 64, "firelensConfiguration": {"type": "fluentbit", "options": {` + options + `}}}]}`
	}
	const stdout, options = `"Name": "stdout"`, "unable to initialize firelens resource: error parsing firelens options: "
	for text, want := range map[string]string{
		definition(`"enable-ecs-log-metadata": "false"`, stdout):                      "",
		definition(`"config-file-type": "ftp", "config-file-value": "/a"`, stdout):    "stops: " + options + "invalid value ftp is specified for option config-file-type",
		definition(`"config-file-type": "file"`, stdout):                              "stops: " + options + "option config-file-type is specified but config-file-value is not specified",
		definition(`"enable-ecs-log-metdata": "false"`, stdout):                       "no effect: log routers do not have this option",
		definition(`"enable-ecs-log-metadata": "true"`, `"Host": "logs.example.com"`): "stops: unable to generate firelens config file: unable to generate firelens config: unable to apply log options of container web to firelens config: missing output key Name which is required for firelens configuration of type fluentbit",
	} {
		var got []string
		for _, f := range (check.Options{}).Files([]check.File{{Name: "web.json", Text: []byte(text)}}) {
			got = append(got, string(f.Effect)+": "+f.Message)
			if !strings.HasPrefix(f.Member, "containerDefinitions[1].firelensConfiguration") {
				t.Errorf("member %s", f.Member)
			}
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s:\n%q, want %q", text, got, want)
		}
	}
}
