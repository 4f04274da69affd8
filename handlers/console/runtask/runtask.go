// Package runtask has the form by which pages of the console run tasks, and its action.
package runtask

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

// mostFamilies bounds the choice of a task definition.
const mostFamilies = 100

// Form is the form. An empty cluster or definition is left to the reader.
func Form(r *page.Request, cluster, definition string) g.Node {
	fields := []page.Field{page.Hidden("cluster", cluster)}
	if cluster == "" {
		fields[0] = page.Field{Name: "cluster", Label: "cluster", Value: "default", Options: clusters(r)}
	}
	if definition != "" {
		fields = append(fields, page.Hidden("taskDefinition", definition))
	} else {
		fields = append(fields, page.Field{Name: "taskDefinition", Label: "taskDefinition", Options: definitions(r), Required: true, Hint: "family:revision"})
	}
	subnet := ""
	if all := ec2network.DefaultSubnets(r.Tx, r.Scope); len(all) > 0 {
		subnet = all[0].ID
	}
	return r.Post(page.Form{ID: "run-task", Action: "RunTask", Submit: "Run task", Fields: append(fields,
		page.Field{Name: "count", Label: "count", Kind: "number", Value: "1", Required: true},
		page.Field{Name: "launchType", Label: "launchType", Options: []page.Option{{Value: "", Label: "default"}, {Value: "FARGATE", Label: "FARGATE"}, {Value: "EC2", Label: "EC2"}}},
		page.Field{Name: "subnets", Label: "subnets", Value: subnet, Hint: "of tasks with network mode awsvpc"},
		page.Field{Name: "securityGroups", Label: "securityGroups"},
		page.Field{Name: "assignPublicIp", Label: "assignPublicIp", Kind: "checkbox"},
		page.Field{Name: "enableExecuteCommand", Label: "enableExecuteCommand", Kind: "checkbox"},
	)})
}

func clusters(r *page.Request) (options []page.Option) {
	for _, c := range state.Clusters.List(r.Tx, r.Scope) {
		if c.Active() {
			options = append(options, page.Option{Value: c.Name, Label: c.Name})
		}
	}
	return options
}

// definitions are the highest ACTIVE revisions of families.
func definitions(r *page.Request) (options []page.Option) {
	for _, f := range taskdefinition.Families(r.Tx, r.Scope, "") {
		if d := taskdefinition.Active(r.Tx, r.Scope, f.Name); d != nil && len(options) < mostFamilies {
			name := d.Family + ":" + strconv.Itoa(d.Revision)
			options = append(options, page.Option{Value: name, Label: name})
		}
	}
	return options
}

// Action calls RunTask. It leads to the task, or to the cluster if there are several.
func Action() page.Action { return page.Action{Do: run} }

func run(r *page.Request) (to string, err error) {
	count, err := strconv.ParseInt(r.Field("count"), 10, 32)
	if err != nil {
		return "", page.Invalid("count=%s is not a number", r.Field("count"))
	}
	in := ecs.RunTaskInput{
		Cluster: aws.String(r.Field("cluster")), TaskDefinition: aws.String(r.Field("taskDefinition")), Count: aws.Int32(int32(count)),
		LaunchType: types.LaunchType(r.Field("launchType")), EnableExecuteCommand: r.Field("enableExecuteCommand") == "true",
	}
	if awsvpc(r, r.Field("taskDefinition")) {
		in.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: list(r.Field("subnets")), SecurityGroups: list(r.Field("securityGroups")),
		}}
		if r.Field("assignPublicIp") == "true" {
			in.NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp = types.AssignPublicIpEnabled
		}
	}
	var out ecs.RunTaskOutput
	if err := r.Do("ecs", "RunTask", &in, &out); err != nil {
		return "", err
	}
	if len(out.Failures) > 0 {
		return "", page.Failed(out.Failures[0])
	}
	if len(out.Tasks) == 1 {
		id := aws.ToString(out.Tasks[0].TaskArn)
		return r.To("tasks", arn.ClusterName(id), arn.Name(id)), nil
	}
	return r.To("clusters", arn.Name(r.Field("cluster"))), nil
}

// awsvpc reports whether tasks of a definition have a network interface of their own: requests for others name no subnets.
func awsvpc(r *page.Request, definition string) bool {
	family, revision, _ := strings.Cut(arn.Name(definition), ":")
	d := taskdefinition.Active(r.Tx, r.Scope, family)
	if n, err := strconv.Atoi(revision); err == nil {
		d = taskdefinition.Find(r.Tx, r.Scope, family, n)
	}
	return d != nil && d.Definition().NetworkMode == types.NetworkModeAwsvpc
}

func list(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
}
