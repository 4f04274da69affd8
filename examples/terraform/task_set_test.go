package terraform

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestTaskSets makes a service with two task sets, shifts it from one to the other, imports both, and removes them.
func TestTaskSets(t *testing.T) {
	t.Parallel()
	asRoot(t, runTaskSets)
}

func runTaskSets(t *testing.T, by *caller) {
	srv := by.start(t, emulator.Options{Speed: 60})
	p := newProject(t, srv, os.DirFS(modulesFolder+"/task_sets"))
	p.attach()

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if second := p.change("apply", "-var=release=2"); second.Change != 3 || second.Add+second.Remove > 0 { // the listener as well
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=release=2")
	forgotten := p.forgetSome("", map[string]string{
		`aws_ecs_task_set.web["blue"]`:  "id",
		`aws_ecs_task_set.web["green"]`: "id",
	})
	// What is not read back from AWS, such as how long to wait, comes from the configuration.
	if third := p.change("apply", "-var=release=2"); third != (changes{Import: forgotten, Change: forgotten}) {
		t.Errorf("the imports made %+v", third)
	}
	p.imported()
	p.settled("-var=release=2")
	if last := p.change("destroy", "-var=release=2"); last.Remove != first.Add {
		t.Errorf("%d resources were made, and destroy removed %+v", first.Add, last)
	}
	cluster := "shop"
	left, err := ecs.NewFromConfig(srv.Config()).ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: &cluster})
	if err == nil && len(left.TaskArns) > 0 {
		t.Errorf("tasks are left: %+v", left.TaskArns)
	}
}
