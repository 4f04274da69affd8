package terraform

import (
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestCapacityProviders has managed scaling launch instances of a protected group for a service, and one more when
// the service wants more tasks. Parts are imported together with that change. Managed scaling looks each minute of
// the clock, which is a second here.
func TestCapacityProviders(t *testing.T) {
	t.Parallel()
	asRoot(t, runCapacityProviders)
}

func runCapacityProviders(t *testing.T, by *caller) {
	srv := by.start(t, emulator.Options{Speed: 60})
	p := newProject(t, srv, os.DirFS(modulesFolder+"/capacity_provider"))
	p.attach()

	if first := p.change("apply"); first != (changes{Add: 9}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	fleetHas(t, srv, 2, 3)

	imported := p.forgetSome("", map[string]string{
		"aws_launch_template.this": "id", "aws_autoscaling_group.this": "id", "aws_ecs_capacity_provider.this": "name",
		"aws_ecs_cluster_capacity_providers.this": "id", "aws_ecs_service.web": "fleet/web",
	})
	// The provider does not read how a group is deleted, so it writes that again.
	if second := p.change("apply", "-var=desired_count=5"); second != (changes{Import: imported, Change: 2}) {
		t.Errorf("the apply of a change and of %d imports made %+v", imported, second)
	}
	p.imported()
	p.settled("-var=desired_count=5")
	fleetHas(t, srv, 3, 5)

	if last := p.change("destroy"); last != (changes{Remove: 9}) {
		t.Errorf("destroy made %+v", last)
	}
	client := ecs.NewFromConfig(srv.Config())
	nothingLeft(t, client)
	groups, err := autoscaling.NewFromConfig(srv.Config()).DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil || len(groups.AutoScalingGroups) > 0 {
		t.Errorf("groups are left: %+v, %v", groups, err)
	}
	providers, err := client.DescribeCapacityProviders(t.Context(), &ecs.DescribeCapacityProvidersInput{CapacityProviders: []string{"fleet"}})
	if err != nil || len(providers.CapacityProviders) != 1 || providers.CapacityProviders[0].Status != types.CapacityProviderStatusInactive {
		t.Errorf("the capacity provider is %+v, %v", providers, err)
	}
}

// fleetHas waits until the group has so many instances, of which each has a task of the DAEMON, and so many tasks
// run there.
func fleetHas(t *testing.T, srv account, instances, tasks int32) {
	t.Helper()
	client, deadline := ecs.NewFromConfig(srv.Config()), time.After(time.Minute)
	for tick := time.Tick(100 * time.Millisecond); ; {
		out, err := client.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"fleet"}})
		if err != nil {
			t.Fatal(err)
		}
		c := out.Clusters[0]
		if c.RegisteredContainerInstancesCount == instances && c.RunningTasksCount == tasks+instances {
			return
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("%d instances with %d tasks, want %d with %d", c.RegisteredContainerInstancesCount, c.RunningTasksCount, instances, tasks+instances)
		}
	}
}
