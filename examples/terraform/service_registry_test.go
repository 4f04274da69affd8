package terraform

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestServiceRegistries makes a service that is found in AWS Cloud Map, has it found by another name, imports both, and
// removes them without a pause between them.
func TestServiceRegistries(t *testing.T) {
	t.Parallel()
	asRoot(t, runServiceRegistries)
}

func runServiceRegistries(t *testing.T, by *caller) {
	srv := by.start(t, emulator.Options{Speed: 60})
	p := newProject(t, srv, os.DirFS(modulesFolder+"/service_registry"))
	p.attach()

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if second := p.change("apply", "-var=release=2"); second.Change != 1 || second.Add+second.Remove > 0 {
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=release=2")
	forgotten := p.forgetSome("", map[string]string{
		"aws_ecs_service.api":                        "shop/api",
		`aws_service_discovery_service.api["api"]`:   "id",
		`aws_service_discovery_service.api["ports"]`: "id",
	})
	// The provider imports a service with the family and revision of its definition instead of its ARN.
	if third := p.change("apply", "-var=release=2"); third != (changes{Import: forgotten, Change: 1}) {
		t.Errorf("the imports made %+v", third)
	}
	p.imported()
	p.settled("-var=release=2")
	if last := p.change("destroy", "-var=release=2"); last.Remove != first.Add {
		t.Errorf("%d resources were made, and destroy removed %+v", first.Add, last)
	}
	left, err := servicediscovery.NewFromConfig(srv.Config()).ListServices(t.Context(), &servicediscovery.ListServicesInput{})
	if err != nil || len(left.Services) > 0 {
		t.Errorf("services of AWS Cloud Map are left: %+v, %v", left, err)
	}
}
