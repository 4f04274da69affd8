package instruments_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/handlers/console"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/instruments"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var start = time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)

// browser asks a console that has the pages of this package alone.
func browser(t *testing.T, s instruments.Sources, readOnly bool) func(method, path string, form url.Values) (status int, body string) {
	t.Helper()
	return browserAt(t, clock.New(clock.Options{Start: start}), s, readOnly)
}

func browserAt(t *testing.T, c *clock.Clock, s instruments.Sources, readOnly bool) func(method, path string, form url.Values) (status int, body string) {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		_ = rows.Close()
	})
	handler := console.New(console.Options{
		Scope: arn.Scope{Region: "us-east-1", Account: "000000000000"}, ReadOnly: readOnly, Pages: instruments.Pages(s),
		Sources: &page.Sources{Store: rows, Clock: c},
	})
	return func(method, path string, form url.Values) (int, string) {
		r := httptest.NewRequest(method, console.Prefix+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
}

func TestCosts(t *testing.T) {
	cent, total := 0.024685, 1.5
	var asked bill.Wanted
	report := costs.Report{
		From: start, To: start.Add(time.Hour), Total: total, PerHour: total, Per730Hours: 1095, Prices: costs.Prices{Source: "AWS's price list", AsOf: "2026-09-29"},
		Services: []costs.Service{{
			ClusterName: "shop", ServiceName: "web", Cost: &cent,
			Usage:       []costs.Usage{{Capacity: "FARGATE", Architecture: "X86_64", Tasks: 2, TaskSeconds: 3600, StartSeconds: 7, VCPUHours: 0.25, GBHours: 0.5, Cost: &cent}},
			Deployments: []costs.Deployment{{ServiceDeploymentARN: "arn:aws:ecs:us-east-1:000000000000:service-deployment/shop/web/d1", TaskDefinition: "web:2", Status: "SUCCESSFUL", ExtraTaskSeconds: 600, ExtraCost: &cent}},
		}},
		Standalone: []costs.Standalone{{ClusterName: "shop", Family: "job", Usage: []costs.Usage{{Capacity: "EC2", Architecture: "ARM64", Tasks: 1}}}},
		Instances:  []costs.Instances{{InstanceType: "m5.large", Count: 2, Hours: 1.5}},
		NotCounted: []costs.NotCounted{{What: "data transfer", Why: "nothing leaves <this> machine"}},
		Unpriced:   []costs.Unpriced{{What: "m5.large", Region: "eu-south-2"}}, Warnings: []string{"a pull counts at the speed of the clock"},
	}
	ask := browser(t, instruments.Sources{Costs: func(_ context.Context, w bill.Wanted) (costs.Report, error) {
		if asked = w; w.Service == "none" {
			return costs.Report{}, bill.UnknownError{What: "service", Name: w.Service, Known: []string{"web"}}
		}
		return report, nil
	}}, false)
	status, body := ask(http.MethodGet, "/costs?cluster=shop&service=web&since=2026-01-02T03:00:00Z&instance-type=m5.large", nil)
	if want := (bill.Wanted{Cluster: "shop", Service: "web", Since: start, InstanceType: "m5.large"}); status != http.StatusOK || asked != want {
		t.Errorf("status %d, asked for %+v", status, asked)
	}
	for _, text := range []string{
		"1.50 USD in all, 1.50 USD an hour", "1095.00 USD", "price list as of 2026-09-29", ">shop/web<", "FARGATE X86_64", ">3600<", ">0.024685 USD<", "web:2", "in the instances",
		"2 EC2 instances m5.large", ">no price<", "m5.large in eu-south-2", "a pull counts at the speed", "&lt;this&gt;", "a floating price", `value="2026-01-02T03:00:00Z"`,
	} {
		if !strings.Contains(body, text) {
			t.Errorf("%q is missing", text)
		}
	}
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/costs?service=none":    {http.StatusNotFound, `there is no service &#34;none&#34;; there is web`},
		"/costs?since=yesterday": {http.StatusBadRequest, "since is not a time such as"},
		"/costs?q=other":         {http.StatusOK, "Services, deleted ones included: none."},
		"/doctor":                {http.StatusNotFound, "there is no page"},
	} {
		if status, body := ask(http.MethodGet, path, nil); status != want.status || !strings.Contains(body, want.text) {
			t.Errorf("%s: status %d, without %q", path, status, want.text)
		}
	}
}

// Two regions have a service, a family and a load balancer of the same names. Each row says which it is, has an id of its own, and
// leads to its own region.
func TestCostsOfTwoRegions(t *testing.T) {
	report := costs.Report{Instances: []costs.Instances{{Region: "us-east-1", InstanceType: "m5.large", Spot: true, Count: 3}}}
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		at, used := costs.Place{Account: "000000000000", Region: region}, []costs.Usage{{Capacity: "FARGATE", Architecture: "X86_64", Tasks: 2}}
		report.Services = append(report.Services, costs.Service{Place: at, ClusterName: "shop", ServiceName: "web", Usage: used, Deployments: []costs.Deployment{{
			ServiceDeploymentARN: "arn:aws:ecs:" + region + ":000000000000:service-deployment/shop/web/" + region,
		}}})
		report.Standalone = append(report.Standalone, costs.Standalone{Place: at, ClusterName: "shop", Family: "job", Usage: used})
		report.LoadBalancers = append(report.LoadBalancers, costs.LoadBalancer{Place: at, LoadBalancerName: "front"})
	}
	report.Prices = costs.Prices{Source: "ours", File: "mine.json"}
	ask := browser(t, instruments.Sources{Costs: func(context.Context, bill.Wanted) (costs.Report, error) { return report, nil }}, false)
	_, body := ask(http.MethodGet, "/costs", nil)
	for text, times := range map[string]int{
		`/services/shop/web">shop/web in us-east-1<`: 2, `/services/shop/web?account=000000000000&amp;region=eu-west-1">shop/web in eu-west-1<`: 2,
		`/definitions/job?account=000000000000&amp;region=eu-west-1">shop/job in eu-west-1<`: 1, "load balancer front in eu-west-1": 1,
		`"usage-service:shop/web:FARGATE:X86_64:eu-west-1:000000000000"`: 1, `"usage-service:shop/web:FARGATE:X86_64:us-east-1:000000000000"`: 1,
		"3 EC2 Spot Instances m5.large in us-east-1": 1, ">ours, from mine.json<": 1,
	} {
		if n := strings.Count(body, text); n != times {
			t.Errorf("%s: %d times, want %d", text, n, times)
		}
	}
}

// The doctor looks once, and again only if a form asks for it.
func TestDoctor(t *testing.T) {
	looks := 0
	found := []diagnosis.Report{
		diagnosis.Of([]diagnosis.Check{{Name: "engine", Status: diagnosis.OK, Text: "Docker <20.10>"}, {Name: "disk", Status: diagnosis.Broken, Text: "it is full", Next: "make room"}}),
		diagnosis.Of([]diagnosis.Check{{Name: "engine", Status: diagnosis.OK, Text: "Docker"}}),
	}
	s := instruments.Sources{Doctor: func(context.Context) (diagnosis.Report, error) {
		looks++
		return found[min(looks, 2)-1], nil
	}}
	ask := browser(t, s, false)
	expect := func(method string, form url.Values, status, wantLooks int, texts ...string) {
		t.Helper()
		got, body := ask(method, "/doctor", form)
		if got != status || looks != wantLooks {
			t.Errorf("%s: status %d, after %d looks", method, got, looks)
		}
		for _, text := range texts {
			if !strings.Contains(body, text) {
				t.Errorf("%s: %q is missing", method, text)
			}
		}
	}
	for range 2 {
		expect(http.MethodGet, nil, http.StatusOK, 1, "Docker &lt;20.10&gt;", "1 check is not ok", "make room", "broken", "Look again")
	}
	expect(http.MethodPost, url.Values{"action": {"lookAgain"}}, http.StatusSeeOther, 2)
	expect(http.MethodGet, nil, http.StatusOK, 2, "0 checks are not ok")
	if status, body := browser(t, s, true)(http.MethodGet, "/doctor", nil); status != http.StatusOK || strings.Contains(body, "<form") {
		t.Errorf("a console that is read only: status %d, or a form", status)
	}
}

// Who looks at the doctor's page does not wait for others who look: they may have gone long before.
func TestViewersOfTheDoctorDoNotWaitForEachOther(t *testing.T) {
	came, done := make(chan struct{}), make(chan struct{})
	ask := browser(t, instruments.Sources{Doctor: func(context.Context) (diagnosis.Report, error) {
		came <- struct{}{}
		<-done
		return diagnosis.Of([]diagnosis.Check{{Name: "engine", Status: diagnosis.OK}}), nil
	}}, false)
	var viewers sync.WaitGroup
	for range 2 {
		viewers.Go(func() {
			if status, _ := ask(http.MethodGet, "/doctor", nil); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		})
	}
	<-came
	<-came // the second one, while the first one looks
	close(done)
	viewers.Wait()
}

// An advance that does not come to its end is answered with the page, what was typed, and where the clock has come to.
func TestAnAdvanceThatDoesNotEndIsToldOnThePage(t *testing.T) {
	c := clock.New(clock.Options{Start: start})
	c.SetQuiet(func(context.Context) error { return errors.New("task <7> does not settle") })
	ask := browserAt(t, c, instruments.Sources{Progress: c.Progress}, false)
	status, body := ask(http.MethodPost, "/clock", url.Values{"action": {"advance"}, "advance": {"1h"}})
	if status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	for _, text := range []string{"The clock stays at 2026-01-02T03:00:0", "task &lt;7&gt; does not settle", `value="1h"`} {
		if !strings.Contains(body, text) {
			t.Errorf("%q is missing: %s", text, body)
		}
	}
}
