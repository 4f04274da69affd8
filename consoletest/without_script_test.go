package consoletest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
)

// TestWithoutScripts reads from the first page to a task and stops it, which asks first, and changes a count.
func TestWithoutScripts(t *testing.T) {
	s := open(t)
	id := s.tasks("web")[0]
	tab := browser.Open(t)
	tab.WithoutScripts()
	tab.Go(s.url(""))
	tab.Follow(`main a[href$="/clusters/shop"]`)
	tab.Follow(`main a[href$="/services/shop/web"]`)
	tab.Follow(`main a[href$="/tasks/shop/` + id + `"]`)
	tab.UntilText("listening")
	tab.Follow(control("StopTask", ""))
	task := func() string {
		out, err := s.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: []string{id}})
		s.must(err)
		return aws.ToString(out.Tasks[0].DesiredStatus)
	}
	if is := task(); is != "RUNNING" {
		t.Fatalf("the task should be %s before the user has said yes", is)
	}
	tab.UntilText("Stop")
	tab.Follow(control("StopTask", ""))
	s.until("the task is stopped", func() bool { return task() == "STOPPED" })
	tab.Go(s.url("/services/shop/web"))
	tab.Click(control("UpdateService", "desiredCount"))
	tab.Fill("3")
	tab.Press("\r")
	s.until("the count is 3", func() bool { return s.service("web").DesiredCount == 3 })
}
