package terraform

import (
	"os"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestServiceConnect makes services that call each other by alias, changes what they offer and the cluster's namespace,
// imports them, and removes all of it.
func TestServiceConnect(t *testing.T) {
	t.Parallel()
	asRoot(t, runServiceConnect)
}

func runServiceConnect(t *testing.T, by *caller) {
	srv := by.start(t, emulator.Options{Speed: 60})
	p := newProject(t, srv, os.DirFS(modulesFolder+"/service_connect"))
	p.attach()
	client := ecs.NewFromConfig(srv.Config())
	offered := func() (names []string) {
		t.Helper()
		out, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"api"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Services[0].Deployments[0].ServiceConnectResources {
			names = append(names, *r.DiscoveryName)
		}
		return names
	}

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if got := offered(); !slices.Equal(got, []string{"api", "database"}) {
		t.Errorf("the API offers %q", got)
	}

	const release = "-var=release=2"
	if second := p.change("apply", release); second != (changes{Change: 3}) { // the cluster, the API and its client
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled(release)
	if got := offered(); !slices.Equal(got, []string{"backend", "database"}) {
		t.Errorf("after the change the API offers %q", got)
	}

	forgotten := p.forgetSome("", map[string]string{
		"aws_ecs_cluster.shop":       "name",
		"aws_ecs_service.api":        "shop/api",
		"aws_ecs_service.client":     "shop/client",
		"aws_ecs_service.by_default": "shop/by-default",
	})
	// The provider imports services with the family and revision of their definition instead of its ARN, and does not
	// know whether it waits for them.
	if third := p.change("apply", release); third != (changes{Import: forgotten, Change: 3}) {
		t.Errorf("the imports made %+v", third)
	}
	p.imported()
	p.settled(release)

	if last := p.change("destroy", release); last.Remove != first.Add {
		t.Errorf("%d resources were made, and destroy removed %+v", first.Add, last)
	}
	nothingLeft(t, client)
	discovery := servicediscovery.NewFromConfig(srv.Config())
	namespaces, err := discovery.ListNamespaces(t.Context(), &servicediscovery.ListNamespacesInput{})
	if err != nil || len(namespaces.Namespaces) > 0 {
		t.Errorf("namespaces are left: %+v, %v", namespaces, err)
	}
	services, err := discovery.ListServices(t.Context(), &servicediscovery.ListServicesInput{})
	if err != nil || len(services.Services) > 0 {
		t.Errorf("services of AWS Cloud Map are left: %+v, %v", services, err)
	}
}
