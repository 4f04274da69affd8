package ecs_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestListTasksFilters(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	s.fargate(t, "job")
	web, job := *s.run(t, runInput("web"))[0].TaskArn, ""
	in := runInput("job")
	in.StartedBy = aws.String("cron")
	job = *s.run(t, in)[0].TaskArn
	ended := *s.run(t, in)[0].TaskArn
	must[*sdk.StopTaskOutput](t)(s.StopTask(ctx, &sdk.StopTaskInput{Task: &ended}))

	for name, c := range map[string]struct {
		in   sdk.ListTasksInput
		want []string
	}{
		"all that shall run": {sdk.ListTasksInput{}, []string{web, job}},
		"family":             {sdk.ListTasksInput{Family: aws.String("job")}, []string{job}},
		"stopped":            {sdk.ListTasksInput{DesiredStatus: types.DesiredStatusStopped}, []string{ended}},
		"pending":            {sdk.ListTasksInput{DesiredStatus: types.DesiredStatusPending}, nil},
		"started by":         {sdk.ListTasksInput{StartedBy: aws.String("cron")}, []string{job}},
		"launch type":        {sdk.ListTasksInput{LaunchType: types.LaunchTypeEc2}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := must[*sdk.ListTasksOutput](t)(s.ListTasks(ctx, &c.in)).TaskArns
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	for name, c := range map[string]struct {
		in            sdk.ListTasksInput
		code, message string
	}{
		"service":            {sdk.ListTasksInput{ServiceName: aws.String("none")}, "ServiceNotFoundException", "Service not found."},
		"instance":           {sdk.ListTasksInput{ContainerInstance: aws.String("x")}, "InvalidParameterException", "instanceId length should be one of [32,36]"},
		"unknown instance":   {sdk.ListTasksInput{ContainerInstance: aws.String(strings.Repeat("0", 32))}, "InvalidParameterException", "Referenced container instance 00000000000000000000000000000000 not found."},
		"started by, family": {sdk.ListTasksInput{StartedBy: aws.String("a"), Family: aws.String("b")}, "InvalidParameterException", "cannot specify startedBy with other arguments"},
		"started by, launch": {sdk.ListTasksInput{StartedBy: aws.String("a"), LaunchType: types.LaunchTypeFargate}, "InvalidParameterException", "cannot specify startedBy with other arguments"},
		"started by, long":   {sdk.ListTasksInput{StartedBy: aws.String(strings.Repeat("a", 129))}, "InvalidParameterException", "ownerId longer than 128."},
		"service, family":    {sdk.ListTasksInput{ServiceName: aws.String("none"), Family: aws.String("b")}, "InvalidParameterException", "cannot specify serviceName with other arguments"},
		"service, instance":  {sdk.ListTasksInput{ServiceName: aws.String("none"), ContainerInstance: aws.String("x")}, "InvalidParameterException", "cannot specify serviceName with other arguments"},
		"service, launch":    {sdk.ListTasksInput{ServiceName: aws.String("none"), LaunchType: types.LaunchTypeEc2, DesiredStatus: types.DesiredStatusStopped}, "ServiceNotFoundException", "Service not found."},
		"page":               {sdk.ListTasksInput{MaxResults: aws.Int32(101)}, "InvalidParameterException", "101 should be between 1 and 100"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.ListTasks(ctx, &c.in)
			refused(t, err, c.code, c.message)
		})
	}
}
