package main

import (
	"math"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	discovery "github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// shop is three services that call each other by alias, by discovery name and namespace, and by A and SRV, hundreds of
// times a second. One of them ends at once on SIGTERM; the others, which have names in DNS, serve on for two seconds.
type shop struct {
	*mesh
	api, web, store meshService
}

// Calls of web to api, as production traffic and as test traffic.
const production, test = "http://api/", "test+http://api/"

// openShop creates the services, which do not call each other yet: each deployment knows the endpoints that there are.
func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{
		mesh:  startMesh(t),
		api:   meshService{name: "api", alias: "api", grace: "0s", rate: 15},
		web:   meshService{name: "web", alias: "web", grace: "2s", rate: 30},
		store: meshService{name: "store", grace: "2s", rate: 15},
	}
	s.web.registry, s.store.registry = s.registry("names", discovery.RecordTypeA), s.registry("records", discovery.RecordTypeSrv)
	for _, one := range []meshService{s.api, s.web, s.store} {
		s.create(one, one.name+" 0", 2)
	}
	s.settles("api", "web", "store")
	s.api.calls = []string{"http://web/", "http://store.shop.local/", "dns+http://names.shop.local:8080/", "srv+http://records.shop.local/"}
	s.web.calls = []string{production, test, "http://api/slow?for=300ms", "http://store.shop.local/"}
	s.store.calls = []string{production, "http://web/", "dns+http://names.shop.local:8080/"}
	return s
}

// deploy begins a deployment of api, and returns the tasks that it had before.
func (s *shop) deploy(text string, c types.DeploymentConfiguration) []string {
	s.Helper()
	return s.update(ecs.UpdateServiceInput{Service: &s.api.name, TaskDefinition: s.define(s.api, text), DeploymentConfiguration: &c})
}

// share expects a revision of api to answer so many percent of production traffic, give or take 5: four times what
// chance does to them.
func (s *shop) share(text string, percent float64) {
	s.Helper()
	calls, most := 1000, 5.0
	if percent == 0 || percent == 100 {
		calls, most = 200, 0
	}
	c := s.next(s.callers("web"), production, calls)
	got := 100 * float64(c.Answered[text]) / float64(c.Asked-c.Failed)
	s.Logf("%s has answered %.1f %% of %d", text, got, c.Asked)
	if math.Abs(got-percent) > most {
		s.Errorf("%s has answered %.1f %%, want %v %%", text, got, percent)
	}
}

// testedBefore expects a revision to answer all test traffic, and no other before the pause ends. Its task has no check, and
// tells by its age that it is healthy: when it answers the clock moves on to that.
func (s *shop) testedBefore(text string) {
	s.Helper()
	s.eventually("a task of the revision runs", func() bool { return len(s.callers(s.api.name)) == 2 })
	s.calls(s.callers(s.api.name))
	s.advance("41s")
	hook := s.pausedAt("api", 1)
	s.share(text, 0)
	if c := s.next(s.callers("web"), test, 100); c.Answered[text] != c.Asked {
		s.Errorf("of %d tests %v were answered, want all by %s", c.Asked, c.Answered, text)
	}
	s.endPause("api", hook)
}

// None of the calls fails while the services are deployed in all ways. Not parallel: they take most of a machine.
func TestDockerServicesThatCallEachOtherLoseNoCallUnderLoad(t *testing.T) {
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	s := openShop(t)
	services := []string{"api", "web", "store"}

	s.phase("rolling updates", func() {
		for _, text := range []string{" 1", " 2"} {
			for _, one := range []meshService{s.web, s.store, s.api} {
				s.update(ecs.UpdateServiceInput{Service: &one.name, TaskDefinition: s.define(one, one.name+text)})
			}
			s.settles(services...)
			// One that did not listen yet when it got requests may be ejected at first.
			s.eventually("both tasks answer", func() bool { return len(s.next(s.callers("web"), production, 50).By) == 2 })
		}
	}, services...)
	s.phase("scale-in", func() {
		old := map[string][]string{}
		for _, name := range services {
			old[name] = s.update(ecs.UpdateServiceInput{Service: &name, DesiredCount: aws.Int32(1)})
		}
		for _, name := range services {
			s.untilEnded(old[name], 1)
		}
	}, services...)
	s.phase("canary", func() {
		old := s.deploy("canary", pauses(types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(1),
			CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(20), CanaryBakeTimeInMinutes: aws.Int32(1)},
		}))
		s.testedBefore("canary")
		s.eventually("the canary has traffic", func() bool { return s.next(s.callers("web"), production, 10).Answered["canary"] > 0 })
		s.advance("61s")
		hook := s.pausedAt("api", 2)
		s.share("canary", 20)
		s.endPause("api", hook)
		hook = s.pausedAt("api", 3)
		s.share("canary", 100)
		s.endPause("api", hook)
		s.untilBakes("api")
		s.advance("61s")
		s.untilEnded(old, 0)
	}, services...)
	s.phase("blue/green", func() {
		old := s.deploy("green", pauses(types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(1)}))
		s.testedBefore("green")
		hook := s.pausedAt("api", 2)
		s.share("green", 100)
		s.endPause("api", hook)
		s.untilBakes("api")
		s.advance("61s")
		s.untilEnded(old, 0)
	}, services...)
}

func (s *shop) untilBakes(service string) {
	s.Helper()
	s.eventually("the deployment bakes", func() bool {
		return s.lastDeployment(service).LifecycleStage == types.ServiceDeploymentLifecycleStageBakeTime
	})
}
