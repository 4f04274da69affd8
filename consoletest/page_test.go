package consoletest

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/consoletest/browser"
	"github.com/ecs-emulator/ecs-emulator/consoletest/check"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// pictures is where TestPictures puts pictures of all pages; it is left out without it.
var pictures = flag.String("pictures", "", "a `folder` for pictures of all pages, in each width and theme")

// shown is a page of the console, and what its title has to name.
type shown struct {
	path  string
	names []string
}

// full is a shop in which all pages have something to show, with the pages.
func full(t *testing.T) (*shop, []shown) {
	t.Helper()
	s := open(t)
	instances, err := s.AddInstances(t.Context(), emulator.Instances{Cluster: "shop"})
	s.must(err)
	instance := instances[0][strings.LastIndex(instances[0], "/")+1:]
	_, err = s.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("batch"), ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("job"), Image: aws.String("shop/batch:1"), Memory: aws.Int32(256), Cpu: 256,
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080), HostPort: aws.Int32(8080)}},
		}},
	})
	s.must(err)
	s.run("batch", types.LaunchTypeEc2)
	s.watch()
	_, err = s.ecs.CreateService(t.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String("shop"), ServiceName: aws.String("broken"), DesiredCount: aws.Int32(1), LaunchType: types.LaunchTypeFargate,
		TaskDefinition:       aws.String(s.revise("shop/missing:1")),
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: s.Subnets()}},
	})
	s.must(err)
	_, err = s.Faults().Add(emulator.Fault{Kind: emulator.PullFault, Image: "elsewhere/*"})
	s.must(err)
	s.until("a task of the broken service has stopped", func() bool {
		out, err := s.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), ServiceName: aws.String("broken"), DesiredStatus: types.DesiredStatusStopped})
		s.must(err)
		return len(out.TaskArns) > 0
	})
	s.deploy("checkout", s.revise("shop/web:3"))
	s.awaitStage("checkout", types.ServiceDeploymentLifecycleStageBakeTime)
	task := s.tasks("web")[0]
	pages := []shown{
		{"", nil},
		{"/clusters/shop", []string{"shop"}},
		{"/services/shop/web", []string{"web"}},
		{"/services/shop/checkout", []string{"checkout"}},
		{"/services/shop/broken", []string{"broken"}},
		{"/tasks/shop/" + task, []string{task[:8]}},
		{"/instances/shop/" + instance, []string{instance[:8]}},
		{"/definitions/web/2", []string{"web", "2"}},
		{"/loadbalancers", []string{"oad balancers"}},
		{"/scaling", []string{"caling"}},
		{"/alarms", []string{"larms"}},
		{"/schedules", []string{"chedules"}},
		{"/discovery", []string{"iscovery"}},
		{"/events", []string{"vents"}},
		{"/repositories", []string{"epositories"}},
		{"/stacks", []string{"tacks"}},
		{"/access", []string{"ccess"}},
		{"/faults", []string{"aults"}},
		{"/clock", []string{"lock"}},
		{"/costs", []string{"osts"}},
		{"/doctor", []string{"octor"}},
	}
	return s, pages
}

// watch has a daemon on a managed instance, with a deployment that bakes, and one on none.
func (s *shop) watch() {
	s.Helper()
	provider, err := s.ecs.CreateCapacityProvider(s.Context(), &ecs.CreateCapacityProviderInput{
		Name: aws.String("managed"), Cluster: aws.String("shop"), ManagedInstancesProvider: &types.CreateManagedInstancesProviderConfiguration{
			InfrastructureRoleArn: aws.String("arn:aws:iam::000000000000:role/infrastructure"),
			InstanceLaunchTemplate: &types.InstanceLaunchTemplate{
				Ec2InstanceProfileArn: aws.String("arn:aws:iam::000000000000:instance-profile/instance"),
				NetworkConfiguration:  &types.ManagedInstancesNetworkConfiguration{Subnets: s.Subnets()},
			},
		},
	})
	s.must(err)
	definition, err := s.ecs.RegisterDaemonTaskDefinition(s.Context(), &ecs.RegisterDaemonTaskDefinitionInput{
		Family: aws.String("logs"), Cpu: aws.String("128"), Memory: aws.String("64"),
		ContainerDefinitions: []types.DaemonContainerDefinition{{Name: aws.String("agent"), Image: aws.String("shop/logs:1")}},
	})
	s.must(err)
	create := func(name string, bake int32) {
		_, err := s.ecs.CreateDaemon(s.Context(), &ecs.CreateDaemonInput{
			ClusterArn: aws.String("shop"), DaemonName: &name, DaemonTaskDefinitionArn: definition.DaemonTaskDefinitionArn,
			CapacityProviderArns:    []string{*provider.CapacityProvider.CapacityProviderArn},
			DeploymentConfiguration: &types.DaemonDeploymentConfiguration{BakeTimeInMinutes: bake},
		})
		s.must(err)
	}
	create("logs", 0)
	create("metrics", 1440)
	_, err = s.ecs.RegisterTaskDefinition(s.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("report"), NetworkMode: types.NetworkModeHost, RequiresCompatibilities: []types.Compatibility{types.CompatibilityManagedInstances},
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("job"), Image: aws.String("shop/batch:1"), Memory: aws.Int32(256), Cpu: 256}},
	})
	s.must(err)
	out, err := s.ecs.RunTask(s.Context(), &ecs.RunTaskInput{
		Cluster: aws.String("shop"), TaskDefinition: aws.String("report"), CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("managed"), Weight: 1}},
	})
	s.must(err)
	if len(out.Tasks) != 1 {
		s.Fatalf("no task waits for an instance: %+v", out.Failures)
	}
	s.until("an instance has the daemon", func() bool {
		list, err := s.ecs.ListTasks(s.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), DaemonName: aws.String("logs")})
		s.must(err)
		return len(list.TaskArns) == 1
	})
}

// awaitStage has the clock run until a deployment of a service has come to a stage.
func (s *shop) awaitStage(service string, stage types.ServiceDeploymentLifecycleStage) {
	s.Helper()
	s.must(s.Clock().SetSpeed(20))
	s.until("the deployment to be at "+string(stage), func() bool {
		all, err := s.ecs.ListServiceDeployments(s.Context(), &ecs.ListServiceDeploymentsInput{Cluster: aws.String("shop"), Service: &service})
		s.must(err)
		out, err := s.ecs.DescribeServiceDeployments(s.Context(), &ecs.DescribeServiceDeploymentsInput{
			ServiceDeploymentArns: []string{*all.ServiceDeployments[0].ServiceDeploymentArn},
		})
		s.must(err)
		return out.ServiceDeployments[0].LifecycleStage == stage
	})
	s.must(s.Clock().SetSpeed(1))
}

// run runs a task of a family in the cluster shop.
func (s *shop) run(family string, on types.LaunchType) {
	s.Helper()
	out, err := s.ecs.RunTask(s.Context(), &ecs.RunTaskInput{Cluster: aws.String("shop"), TaskDefinition: &family, LaunchType: on})
	s.must(err)
	if len(out.Tasks) != 1 {
		s.Fatalf("the task does not run: %+v", out.Failures)
	}
}

// kind is what tells one page from another that shows the same of another thing: the first part of its path.
func kind(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

// TestEachPage holds each page of the console against what all pages must be, in both themes, narrow, and still. Pages to which
// one of them leads are looked at, too, or the list of full lacks them.
func TestEachPage(t *testing.T) {
	s, pages := full(t)
	visited, titles, led := map[string]bool{}, map[string]string{}, map[string]string{}
	for _, p := range pages {
		visited[kind(p.path)] = true
		t.Run("page"+p.path, func(t *testing.T) {
			tab := browser.Open(t)
			tab.Theme("light")
			tab.Go(s.url(p.path))
			for _, to := range browser.Value[[]string](tab, `[...document.links].filter((a) => a.origin === location.origin).map((a) => a.pathname)`) {
				if below, found := strings.CutPrefix(to, console); found {
					led[kind(below)] = to
				}
			}
			for _, fault := range faults(tab, p.names) {
				t.Error(fault)
			}
			if other, twice := titles[tab.Title()]; twice {
				t.Errorf("the title %q is the one of %s too", tab.Title(), other)
			}
			titles[tab.Title()] = p.path
		})
	}
	for first, to := range led {
		if !visited[first] {
			t.Errorf("no page as %s is looked at: add one to the list of full", to)
		}
	}
}

// TestQuestion looks at the page that asks before a task is stopped, and at the one that shows why an action was refused.
func TestQuestion(t *testing.T) {
	s := open(t)
	tab := s.tab("/tasks/shop/" + s.tasks("web")[0])
	tab.Follow(control("StopTask", ""))
	for _, fault := range unlisted(faults(tab, nil)) {
		t.Error(fault)
	}
	tab = s.tab("/services/shop/web")
	tab.Expect("status of 400")
	tab.Click(control("UpdateService", "desiredCount"))
	tab.Fill("-1")
	browser.Value[bool](tab, `(document.activeElement.form.noValidate = true)`)
	tab.Press("\r")
	tab.UntilText("InvalidParameterException")
	for _, fault := range faults(tab, []string{"web"}) {
		t.Error(fault)
	}
}

// TestReadOnly holds that pages of a console that is read only have nothing to send.
func TestReadOnly(t *testing.T) {
	s := start(t, emulator.Options{Console: emulator.ConsoleRead})
	s.createCluster("shop")
	for _, path := range []string{"", "/clusters/shop", "/faults", "/clock"} {
		tab := s.tab(path)
		if n := browser.Value[int](tab, `document.querySelectorAll("form, [formaction]").length`); n != 0 {
			t.Errorf("the page %s has %d forms", path, n)
		}
		for _, fault := range faults(tab, nil) {
			t.Errorf("the page %s: %s", path, fault)
		}
	}
}

// faults are what is wrong with the page that a tab shows, with all that can be opened open.
func faults(tab *browser.Tab, names []string) []string {
	found := check.Page(tab, names...)
	browser.Value[bool](tab, `(document.querySelectorAll("details").forEach((d) => d.open = true), true)`)
	for _, theme := range []string{"light", "dark"} {
		tab.Theme(theme)
		for _, fault := range check.Contrast(tab) {
			found = append(found, theme+": "+fault)
		}
	}
	tab.Resize(check.Narrow, 800)
	found = append(found, check.Width(tab)...)
	tab.ReduceMotion()
	return append(found, check.Motion(tab)...)
}

// unlisted are faults of a page that answers once, and to which no list can lead.
func unlisted(found []string) []string {
	return slices.DeleteFunc(found, func(fault string) bool { return fault == "no link of a navigation has aria-current" })
}

// TestErrorPages holds what the console answers to a wrong address against the same rules.
func TestErrorPages(t *testing.T) {
	s := open(t)
	for _, path := range []string{"/clusters/gone", "/services/shop/gone", "/tasks/shop/gone", "/services/shop/web?after=x"} {
		t.Run("page"+path, func(t *testing.T) {
			answer, err := http.Get(s.url(path))
			s.must(err)
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusBadRequest {
				t.Errorf("the status is %d", answer.StatusCode)
			}
			tab := browser.Open(t)
			tab.Expect(`status of 40[04]`)
			tab.Go(s.url(path))
			for _, fault := range unlisted(faults(tab, nil)) {
				t.Error(fault)
			}
		})
	}
}

// documented are pictures of docs/pictures.
var documented = []struct{ file, path, theme string }{
	{"console.png", "/services/shop/checkout", "light"},
	{"console-cluster.png", "/clusters/shop", "dark"},
}

// TestPictures takes a picture of each page, as telephones, tablets and desks show it, in both themes, and the pictures that documents show:
//
//	make test-console PICTURES=folder
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("no -pictures")
	}
	s, pages := full(t)
	tab := browser.Open(t)
	take := func(file, path, theme string) {
		tab.Theme(theme)
		tab.Go(s.url(path))
		s.must(os.WriteFile(filepath.Join(*pictures, file), tab.Picture(), 0o644))
	}
	for _, width := range []int64{390, 900, 1440} {
		tab.Resize(width, 900)
		for _, theme := range []string{"light", "dark"} {
			for _, p := range pages {
				name := cmp.Or(strings.ReplaceAll(strings.Trim(p.path, "/"), "/", "-"), "home")
				take(fmt.Sprintf("%s-%d-%s.png", name, width, theme), p.path, theme)
			}
		}
	}
	tab.Resize(1100, 760)
	for _, d := range documented {
		take(d.file, d.path, d.theme)
	}
}
