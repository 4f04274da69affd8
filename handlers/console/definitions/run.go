package definitions

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// runForm is the form that runs a revision; nil where it cannot be run. Its fields are RunTask's.
func runForm(r *page.Request, d *state.TaskDefinition) g.Node {
	if r.ReadOnly || d.Status != types.TaskDefinitionStatusActive {
		return nil
	}
	form := page.Form{ID: "run-task", Action: "RunTask", Submit: "Run " + d.Family + ":" + strconv.Itoa(d.Revision), Fields: []page.Field{
		{Name: "cluster", Label: "Cluster", Options: clusters(r)},
		{Name: "count", Label: "Number of tasks", Kind: "number", Value: "1", Required: true},
		{Name: "launchType", Label: "Launch type", Options: launchTypes(d)},
		{Name: "group", Label: "Task group"},
		{Name: "startedBy", Label: "Started by"},
		{Name: "enableExecuteCommand", Label: "Allow ECS Exec", Kind: "checkbox"},
	}}
	if d.Definition().NetworkMode == types.NetworkModeAwsvpc {
		var subnets []string
		for _, s := range ec2network.DefaultSubnets(r.Tx, r.Scope) {
			subnets = append(subnets, s.ID)
		}
		form.Fields = append(form.Fields,
			page.Field{Name: "subnets", Label: "Subnets", Value: strings.Join(subnets, ", "), Hint: "their ids, with commas between"},
			page.Field{Name: "securityGroups", Label: "Security groups", Hint: "their ids, with commas between; empty: the default one of the VPC"},
			page.Field{Name: "assignPublicIp", Label: "Public address", Options: []page.Option{
				{Value: "", Label: "as RunTask does without it"}, {Value: string(types.AssignPublicIpEnabled), Label: "ENABLED"}, {Value: string(types.AssignPublicIpDisabled), Label: "DISABLED"},
			}})
	}
	return r.Post(form)
}

func clusters(r *page.Request) []page.Option {
	var list []page.Option
	for _, c := range state.Clusters.List(r.Tx, r.Scope) {
		if c.Status == "ACTIVE" {
			list = append(list, page.Option{Value: c.Name, Label: c.Name})
		}
	}
	return list
}

// launchTypes are those that a revision is fit for, after what RunTask does without one.
func launchTypes(d *state.TaskDefinition) []page.Option {
	list := []page.Option{{Value: "", Label: "as RunTask does without it"}}
	for _, c := range d.Definition().Compatibilities {
		list = append(list, page.Option{Value: string(c), Label: string(c)})
	}
	return list
}

// runTask calls RunTask, and leads to the task, or to the cluster of several ones.
func runTask(r *page.Request) (to string, err error) {
	d, err := find(r, r.Var("revision"))
	if err != nil {
		return "", err
	}
	in, err := runTaskInput(r, d.ARN)
	if err != nil {
		return "", err
	}
	out := &sdk.RunTaskOutput{}
	if err := r.Do("ecs", "RunTask", in, out); err != nil {
		return "", err
	}
	if len(out.Failures) > 0 {
		return "", failed(out)
	}
	task := aws.ToString(out.Tasks[0].TaskArn)
	if len(out.Tasks) == 1 {
		return r.To("tasks", arn.ClusterName(task), arn.Name(task)), nil
	}
	return r.To("clusters", arn.ClusterName(task)), nil
}

func runTaskInput(r *page.Request, definition string) (*sdk.RunTaskInput, error) {
	in := &sdk.RunTaskInput{
		TaskDefinition: &definition, Cluster: optional(r.Field("cluster")), Group: optional(r.Field("group")), StartedBy: optional(r.Field("startedBy")),
		LaunchType: types.LaunchType(r.Field("launchType")), EnableExecuteCommand: r.Field("enableExecuteCommand") == "true",
	}
	if text := r.Field("count"); text != "" {
		count, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return nil, page.Invalid("count is not a number: %s", text)
		}
		in.Count = aws.Int32(int32(count))
	}
	if subnets := items(r.Field("subnets")); len(subnets) > 0 {
		in.NetworkConfiguration = &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
			Subnets: subnets, SecurityGroups: items(r.Field("securityGroups")), AssignPublicIp: types.AssignPublicIp(r.Field("assignPublicIp")),
		}}
	}
	return in, nil
}

// failed is the refusal of an answer that has failures in the place of tasks: AWS's status is 200 then.
func failed(out *sdk.RunTaskOutput) error {
	var list []string
	for _, f := range out.Failures {
		text := aws.ToString(f.Reason)
		if detail := aws.ToString(f.Detail); detail != "" {
			text += " (" + detail + ")"
		}
		list = append(list, text)
	}
	message := "RunTask has failed: " + strings.Join(list, "; ")
	if len(out.Tasks) > 0 {
		message += ". It has started " + counted(len(out.Tasks), "task", "tasks") + "."
	}
	return &page.Refusal{Status: http.StatusConflict, Message: message}
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// items are the parts of a text with commas between.
func items(text string) (list []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
