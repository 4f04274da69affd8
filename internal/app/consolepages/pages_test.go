package consolepages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const (
	ok       = http.StatusOK
	bad      = http.StatusBadRequest
	notFound = http.StatusNotFound
	seeOther = http.StatusSeeOther
)

// Each page shows what there is, narrows it, and refuses what there is not by naming what there is.
func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.Options{})
	w.denied()
	if err := w.srv.WaitStable(t.Context(), "shop", "web"); err != nil {
		t.Fatal(err)
	}
	for _, page := range []struct {
		path   string
		status int
		texts  []string
	}{
		{"/definitions", ok, []string{">web<", "web:2", "shop/web:2", "FARGATE", "<caption>Families with their newest revision</caption>"}},
		{"/definitions?q=nothing", ok, []string{"!web:2", "none."}},
		{"/definitions?status=INACTIVE", ok, []string{"!web:2"}},
		{"/definitions?status=GONE", bad, []string{"status=GONE", "ACTIVE"}},
		{"/definitions?after=families/none", bad, []string{"after="}},
		{"/definitions/web", ok, []string{"web:1", "web:2", "2 revisions"}},
		{"/definitions/web?q=shop/web:1", ok, []string{"web:1", "!>web:2<"}},
		{"/definitions/none", notFound, []string{"There is no task definition of the family none.", ">web<"}},
		{"/definitions/web/1", ok, []string{"&lt;script&gt;", "&#34;family&#34;: &#34;web&#34;", "!taskDefinitionArn", "check finds", "Run task", `value="web:1"`}},
		{"/definitions/web/2?against=1", ok, []string{"<ins>+", "<del>-", "shop/web:1", "lines the same"}},
		{"/definitions/web/2?against=2", ok, []string{"web:2 is the same."}},
		{"/definitions/web/2?against=9", notFound, []string{"There is no revision 9 of the family web.", ">web:1<"}},
		{"/definitions/web/nine", bad, []string{"nine is not the number of a revision of web: there are 2, 1."}},

		{"/loadbalancers", ok, []string{">shop<", "HTTP:8080 at 127.0.0.1:", "active", "idle", "2 healthy", "1 load balancer"}},
		{"/loadbalancers?status=failed", ok, []string{"0 load balancers"}},
		{"/loadbalancers?status=slow", bad, []string{"status=slow"}},
		{"/loadbalancers/shop", ok, []string{"path-pattern is /old/*", "redirect HTTP_301 to", "forward to web", "HTTP:8080, 7", "HTTP traffic-port /health", "healthy", "127.0.0.1:"}},
		{"/loadbalancers/shop?status=unhealthy", ok, []string{"Targets: none."}},
		{"/loadbalancers/other", notFound, []string{"There is no load balancer other.", ">shop<"}},

		{"/discovery", ok, []string{"shop.test", "HTTP", "&lt;b&gt;all of the shop"}},
		{"/discovery/shop.test", ok, []string{"web-names", "2 UNKNOWN"}},
		{"/discovery/shop.test/web-names", ok, []string{"AWS_INSTANCE_IPV4=", "ECS_SERVICE_NAME=web", "/tasks/shop/"}},
		{"/discovery/shop.test/web-names?status=UNHEALTHY", ok, []string{"none."}},
		{"/discovery/shop.test/none", notFound, []string{"The namespace shop.test has no service none.", "web-names"}},
		{"/discovery/none", notFound, []string{"There is no namespace none.", "shop.test"}},

		{"/scaling", ok, []string{"shop/web", "<caption>Scalable targets</caption>"}},
		{"/scaling/shop/web", ok, []string{"cpu", "TargetTrackingScaling", "AlarmHigh", "night", "2 desired of 1 to 4"}},
		{"/scaling/shop/none", notFound, []string{"There is no scalable target service/shop/none.", "shop/web"}},
		{"/alarms", ok, []string{"&lt;i&gt;slow&lt;/i&gt; a/b", "AlarmHigh", "INSUFFICIENT_DATA"}},
		{"/alarms?status=ALARM", ok, []string{"!slow"}},
		{"/alarms/" + url.PathEscape("<i>slow</i> a/b"), ok, []string{"Average of Shop Latency &gt; 1.5 for 3 periods of 1m0s", "&lt;u&gt;why", "no data points", "History, the newest first", "ConfigurationUpdate"}},
		{"/alarms/none", notFound, []string{"There is no alarm none.", "slow"}},

		{"/events", ok, []string{"has started 2 tasks", "ECS Task State Change", "aws.ecs", "CloudFormation Stack Status Change"}},
		{"/events?q=steady+state", ok, []string{"has reached a steady state", "!has started 2 tasks"}},
		{"/events?pattern=" + url.QueryEscape(`{"source": ["aws.cloudformation"]}`), ok, []string{"CloudFormation Resource Status Change", "!ECS Task State Change"}},
		{"/events?pattern=" + url.QueryEscape(`{"source": "aws.ecs"}`), bad, []string{"InvalidEventPatternException", "Event pattern is not valid. Reason:"}},
		{"/events/1", ok, []string{"&#34;detail-type&#34;", "Event 1"}},
		{"/events/999999", notFound, []string{"There is no event 999999: those from 1 to "}},
		{"/events/one", bad, []string{"one is not the number of an event."}},
		{"/schedules", ok, []string{"default/nightly", "rate(5 minutes)", "default/stops", "lastStatus", "events that it chooses", "ENABLED"}},
		{"/schedules?status=DISABLED", ok, []string{"!default/nightly"}},

		{"/repositories", ok, []string{"shop/web", "1 repository"}},
		{"/repositories/shop/web", ok, []string{"arn:aws:ecr:us-east-1:000000000000:repository/shop/web", "0 images"}},
		{"/repositories/none", notFound, []string{"There is no repository none.", "shop/web"}},

		{"/stacks", ok, []string{"world", "CREATE_COMPLETE", "0 stacks are not as wanted"}},
		{"/stacks?status=CREATE_FAILED", ok, []string{"!>world<"}},
		{"/stacks/world", ok, []string{"****", "AWS::ECS::Service", "CREATE_COMPLETE", "&lt;em&gt;not to be seen", "Balancer", "Events, the newest first"}},
		{"/stacks/world?q=Balancer", ok, []string{"Balancer", "!AWS::ECS::TaskDefinition"}},
		{"/stacks/none", notFound, []string{"There is no stack none.", ">world<"}},

		{"/access", ok, []string{"user/dev", "ecs:ListClusters", "refused", "enforce", "1 denial"}},
		{"/access?q=nothing", ok, []string{"!user/dev"}},
		{"/access/none", notFound, []string{"There is no decision about a request none"}},

		{"/faults", ok, []string{"Faults that hold, or will: none.", "Add a fault", "pull", "api-throttle"}},
		{"/clock", ok, []string{"It goes as real time does.", "Advance the clock"}},
		{"/costs", ok, []string{"USD in all", "shop/web", "load balancer shop", "What is not counted"}},
		{"/costs?service=none", notFound, []string{"there is no service"}},
		{"/costs?instance-type=z9.huge", bad, []string{"z9.huge"}},
		{"/doctor", ok, []string{"engine", "Look again"}},
	} {
		w.shows(page.path, page.status, page.texts...)
	}
}

// The page of a denied request tells how it came to that.
func TestDenialIsExplained(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{IAM: emulator.AccessEnforce, UnknownRoles: true})
	w := &world{T: t, srv: srv}
	w.denied()
	_, link, found := strings.Cut(w.shows("/access", ok), `href="/_emulator/console/access/`)
	if !found {
		t.Fatal("no denial leads to its page")
	}
	id, _, _ := strings.Cut(link, `"`)
	w.shows("/access/"+id, ok, "Denied is ecs:ListClusters on *.", "What each layer of policies found", "because no identity-based policy allows the ecs:ListClusters action")
}

// Actions do what the API does, and their errors are its own.
func TestActions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.Options{})
	subnets := strings.Join(w.srv.Subnets()[:1], ",")
	run := url.Values{"cluster": {"shop"}, "taskDefinition": {"web:2"}, "count": {"1"}, "launchType": {"FARGATE"}, "subnets": {subnets}}
	got := w.posts("/definitions/web/2", "RunTask", seeOther, run)
	if !strings.HasPrefix(got.location, "/_emulator/console/tasks/shop/") {
		t.Errorf("RunTask leads to %s", got.location)
	}
	run["count"] = []string{"2"}
	if got := w.posts("/definitions/web/2", "RunTask", seeOther, run); got.location != "/_emulator/console/clusters/shop" {
		t.Errorf("RunTask of two leads to %s", got.location)
	}
	for _, refused := range []struct {
		path, action string
		status       int
		fields       url.Values
		texts        []string
	}{
		{"/definitions/web/2", "RunTask", bad, url.Values{"cluster": {"none"}, "taskDefinition": {"web:2"}, "count": {"1"}, "subnets": {subnets}, "launchType": {"FARGATE"}}, []string{"ClusterNotFoundException"}},
		{"/definitions/web/2", "RunTask", bad, url.Values{"count": {"many"}}, []string{"count=many is not a number"}},
		{"/definitions/web/2", "RunTask", bad, url.Values{"cluster": {"shop"}, "taskDefinition": {"web:2"}, "count": {"1"}, "launchType": {"FARGATE"}}, []string{"InvalidParameterException"}},
		{"/definitions/web/2", "StopTask", bad, nil, []string{"action=StopTask"}},
		{"/faults", "addFault", bad, url.Values{"kind": {"flood"}}, []string{"flood", "is unknown: use pull"}},
		{"/faults", "addFault", bad, url.Values{"kind": {"crash"}, "delay": {"long"}}, []string{"is not a duration", `value="long"`}},
		{"/faults", "clearFaults", notFound, url.Values{"id": {"17"}}, []string{"No fault has the id 17"}},
		{"/clock", "advance", bad, url.Values{"advance": {"back"}}, []string{"advance is not a duration like 90s", `value="back"`}},
		{"/clock", "advance", bad, url.Values{"advance": {"-5m"}}, []string{"The clock never goes back."}},
		{"/clock", "setSpeed", bad, url.Values{"speed": {"-1"}}, []string{"speed"}},
		{"/clock", "setSpeed", bad, url.Values{"speed": {"fast"}}, []string{"speed is not a number"}},
	} {
		w.posts(refused.path, refused.action, refused.status, refused.fields, refused.texts...)
	}
	w.posts("/faults", "addFault", seeOther, url.Values{"kind": {"crash"}, "family": {"<none>"}, "delay": {"5s"}})
	w.posts("/faults", "addFault", seeOther, url.Values{"kind": {"api-throttle"}, "api": {"ec2"}})
	w.shows("/faults", ok, "family &lt;none&gt;", "delay 5s", "no running task matches fault 1", "api ec2", "2 faults", "Clear all faults")
	w.posts("/faults", "clearFaults", seeOther, url.Values{"id": {"1"}})
	w.shows("/faults", ok, "!delay 5s", "api ec2", "1 fault")
	w.posts("/faults", "clearFaults", seeOther, url.Values{"all": {"true"}})
	w.shows("/faults", ok, "!api ec2", "0 faults")

	before := w.srv.Clock().Now()
	w.posts("/clock", "advance", seeOther, url.Values{"advance": {"6m"}})
	if passed := w.srv.Clock().Now().Sub(before); passed.Minutes() < 6 {
		t.Errorf("the clock was advanced by %s", passed)
	}
	w.shows("/schedules", ok, "default/nightly", "made, ", "sent")
	w.posts("/clock", "setSpeed", seeOther, url.Values{"speed": {"60"}})
	w.shows("/clock", ok, "60 seconds pass in a real one.")
}

// A console that is read only has neither forms nor actions.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.Options{Console: emulator.ConsoleRead})
	for _, path := range []string{"/definitions/web/2", "/faults", "/clock", "/events", "/loadbalancers/shop", "/stacks/world", "/alarms", "/schedules"} {
		if body := w.shows(path, ok); strings.Contains(body, "<form") {
			t.Errorf("%s has a form", path)
		}
	}
	w.posts("/clock", "advance", http.StatusForbidden, url.Values{"advance": {"1h"}})
}
