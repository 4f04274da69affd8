package task

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// forms stop the task, and protect it if it is of a service.
func (v *view) forms() g.Node {
	if v.ReadOnly || v.task.Stop != nil || v.task.Ended() {
		return nil
	}
	forms := g.Group{v.Post(page.Form{ID: "stop", Action: "StopTask", Submit: "Stop the task", Danger: true, Fields: []page.Field{
		{Name: "reason", Label: "reason", Hint: "shown as stoppedReason"},
	}})}
	if v.task.Spec.ServiceARN == "" {
		return forms
	}
	if v.task.Protected(v.Now) {
		return append(forms, v.Post(page.Form{ID: "unprotect", Action: "UpdateTaskProtection", Submit: "End the protection", Fields: []page.Field{page.Hidden("protectionEnabled", "false")}}))
	}
	return append(forms, v.Post(page.Form{ID: "protect", Action: "UpdateTaskProtection", Submit: "Protect from scale-in", Fields: []page.Field{
		page.Hidden("protectionEnabled", "true"), {Name: "expiresInMinutes", Label: "expiresInMinutes", Kind: "number", Value: "120"},
	}}))
}

func askStop(r *page.Request) (*page.Question, error) {
	t, err := find(r)
	if err != nil {
		return nil, err
	}
	text := "StopTask ends its containers."
	if t.Spec.ServiceARN != "" {
		text += " Its service " + arn.Name(t.Spec.ServiceARN) + " then starts another one, as far as its desired count wants it."
	}
	return &page.Question{Title: "Stop task " + page.ShortID(arn.Name(t.ARN)) + "?", Text: text, Yes: "Yes, stop the task"}, nil
}

func stop(r *page.Request) (to string, err error) {
	t, err := find(r)
	if err != nil {
		return "", err
	}
	in := ecs.StopTaskInput{Cluster: aws.String(r.Var("cluster")), Task: &t.ARN}
	if reason := r.Field("reason"); reason != "" {
		in.Reason = &reason
	}
	return "", r.Do("ecs", "StopTask", &in, nil)
}

func protect(r *page.Request) (to string, err error) {
	t, err := find(r)
	if err != nil {
		return "", err
	}
	in := ecs.UpdateTaskProtectionInput{Cluster: aws.String(r.Var("cluster")), Tasks: []string{t.ARN}, ProtectionEnabled: r.Field("protectionEnabled") == "true"}
	if text := r.Field("expiresInMinutes"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return "", page.Invalid("expiresInMinutes=%s is not a number", text)
		}
		in.ExpiresInMinutes = aws.Int32(int32(n))
	}
	var out ecs.UpdateTaskProtectionOutput
	if err := r.Do("ecs", "UpdateTaskProtection", &in, &out); err != nil {
		return "", err
	}
	if len(out.Failures) > 0 {
		return "", page.Failed(out.Failures[0])
	}
	return "", nil
}
