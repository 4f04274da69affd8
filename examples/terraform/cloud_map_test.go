package terraform

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
)

// TestCloudMap makes namespaces, services and an instance, changes and imports them, and removes them.
func TestCloudMap(t *testing.T) {
	t.Parallel()
	asRoot(t, runCloudMap)
}

func runCloudMap(t *testing.T, by *caller) {
	srv := by.start(t)
	p := newProject(t, srv, os.DirFS(modulesFolder+"/cloud_map"))
	p.attach()
	client := servicediscovery.NewFromConfig(srv.Config())
	if first := p.change("apply"); first != (changes{Add: 8}) {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	discover := func() string {
		t.Helper()
		out, err := client.DiscoverInstances(t.Context(), &servicediscovery.DiscoverInstancesInput{NamespaceName: aws.String("shop.local"), ServiceName: aws.String("api")})
		if err != nil || len(out.Instances) != 1 {
			t.Fatalf("discovered %+v, %v", out, err)
		}
		return out.Instances[0].Attributes["AWS_INSTANCE_IPV4"]
	}
	if at := discover(); at != "10.30.0.1" {
		t.Errorf("the instance is at %s", at)
	}

	const release = "-var=release=2"
	if second := p.change("apply", release); second != (changes{Change: 5}) {
		t.Errorf("the apply of a change made %+v", second)
	}
	if at := discover(); at != "10.30.0.2" {
		t.Errorf("after the change the instance is at %s", at)
	}
	known := map[string]string{}
	for _, r := range p.stateIn("terraform.tfstate").Resources {
		known[r.Mode+" "+r.Type+"."+r.Name], _ = r.Instances[0].Attributes["id"].(string)
	}
	forgotten := p.forgetSome("", map[string]string{
		"aws_service_discovery_http_namespace.calls":        "id",
		"aws_service_discovery_private_dns_namespace.local": known["managed aws_service_discovery_private_dns_namespace.local"] + ":" + known["managed aws_vpc.this"],
		"aws_service_discovery_public_dns_namespace.public": "id",
		"aws_service_discovery_service.api":                 "id",
		"aws_service_discovery_instance.api":                known["managed aws_service_discovery_service.api"] + "/by-hand",
	})
	if third := p.change("apply", release); third != (changes{Import: forgotten}) {
		t.Errorf("the imports made %+v", third)
	}
	p.imported()
	p.settled(release)
	if last := p.change("destroy", release); last != (changes{Remove: 8}) {
		t.Errorf("destroy made %+v", last)
	}
	left, err := client.ListNamespaces(t.Context(), &servicediscovery.ListNamespacesInput{})
	if err != nil || len(left.Namespaces) > 0 {
		t.Errorf("namespaces are left: %+v, %v", left, err)
	}
}
