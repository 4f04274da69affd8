package main

import (
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam/decision"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// accessServer answers what was decided about callers.
func accessServer(t *testing.T, decisions ...decision.Decision) (url string) {
	t.Helper()
	var log decision.Log
	for _, d := range decisions {
		log.Record(d)
	}
	router := mux.NewRouter()
	for _, route := range control.AccessRoutes(control.AccessOptions{
		Decisions: &log, Mode: func() string { return "enforce" }, Closing: t.Context(), Log: slog.New(slog.DiscardHandler),
	}) {
		router.HandleFunc(control.Prefix+route.Path, route.Serve).Methods(slices.Clone(route.Methods)...)
	}
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return server.URL
}

const (
	aRole    = "arn:aws:iam::123456789012:role/deploy"
	aSession = "arn:aws:sts::123456789012:assumed-role/deploy/ci"
)

// decided is what the policies say about an action of a session. The boundary has no document.
func decided(action string, keys policy.Known, identity string) decision.Decision {
	r := policy.Request{
		Action: action, Resource: "arn:aws:ecs:us-east-1:123456789012:task/shop/1", Keys: keys,
		Principal: policy.Principal{Account: "123456789012", ARN: aSession, Role: aRole},
	}
	p := policy.Policies{
		Identity: []policy.Source{{Name: "team", Policy: policy.Compile(`{"Version":"2012-10-17","Statement":` + identity + `}`)}},
		Boundary: &policy.Source{Name: "limit", Policy: policy.Compile(`{"Statement":{"Effect":"Allow","Action":"ecs:*","Resource":"*"}}`)},
		Session:  []policy.Source{{Name: "arn:aws:iam::aws:policy/Absent"}},
	}
	if action != "ecs:StopTask" {
		p.Session = nil
	}
	is := policy.Decide(r, p)
	d := decision.Decision{
		RequestID: "0123abcd-4567", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Principal: aSession, Role: aRole, Account: "123456789012", Region: "us-east-1",
		Action: action, Resource: r.Resource, Decision: decision.Allowed, Enforced: true, Layer: is.Layer.String(), Policy: is.Policy, Statement: is.Statement,
		Explain: func() decision.Explanation { return decision.Explain(r, p) },
	}
	if !is.Allowed {
		d.Decision, d.Reason = decision.Denied, is.Because(action)
	}
	return d
}

func TestWhyARequestWasDenied(t *testing.T) {
	keys := policy.Known{"aws:resourcetag/team": policy.Is("blue"), "ecs:subnet": policy.Many([]string{"a", "b"})}
	condition := `{"Sid":"Own","Effect":"Allow","Action":"ecs:StopTask","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"ecs:subnet":["b","c"]},"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}}`
	deny := `{"Effect":"Deny","Action":"ecs:Stop*","Resource":"*"}`
	see := `{"Sid":"See","Effect":"Allow","Action":"ecs:Describe*","Resource":"*"}`
	loose := decided("ecs:StopTask", keys, "["+see+"]")
	loose.Enforced = false
	root := decision.Decision{
		RequestID: "0123abcd-4567", Time: loose.Time, Principal: "arn:aws:iam::123456789012:root", Account: "123456789012", Region: "us-east-1",
		Action: "ecs:ListClusters", Resource: "*", Decision: decision.Allowed,
	}
	about := func(action string) string {
		return "  who       " + aSession + "\n  action    " + action + "\n  resource  arn:aws:ecs:us-east-1:123456789012:task/shop/1\n" +
			"  request   0123abcd-4567 in us-east-1 of account 123456789012 at 2026-01-02T03:04:05Z\n"
	}
	const none = "  resource  does not allow: there is no policy, or none of its statements allows anything\n"
	const absent = "  session   does not allow: no statement allows anything; the emulator does not have the document of arn:aws:iam::aws:policy/Absent, which therefore allows nothing\n"
	const bounded = "  boundary  allows: statement 1 of limit\n"
	for name, test := range map[string]struct {
		of   []decision.Decision
		want string
	}{
		"a condition does not hold": {[]decision.Decision{decided("ecs:StopTask", keys, "["+see+","+condition+"]")}, "Denied because no identity-based policy allows the ecs:StopTask action.\n" +
			about("ecs:StopTask") + "  keys      aws:principaltag/team = none\n            aws:resourcetag/team = \"blue\"\n            ecs:subnet = [\"a\" \"b\"]\n" +
			none + "  identity  does not allow: nearest is statement Own of team, which has a condition that does not hold\n" +
			"            ForAnyValue:StringEquals ecs:subnet [\"b\" \"c\"]: the request has [\"a\" \"b\"], which holds\n" +
			"            StringEquals aws:ResourceTag/team \"${aws:PrincipalTag/team}\": the request has \"blue\", which does not hold\n" + bounded + absent},
		"it is only logged, and the action is another one": {[]decision.Decision{loose}, "Would be denied with --iam=enforce because no identity-based policy allows the ecs:StopTask action.\n" +
			about("ecs:StopTask") + none + "  identity  does not allow: nearest is statement See of team, which has other actions\n" + bounded + absent},
		"a statement denies": {[]decision.Decision{decided("ecs:StopTasks", keys, "["+deny+"]")}, "Denied with an explicit deny in an identity-based policy.\n" +
			about("ecs:StopTasks") + none + "  identity  denies: statement 1 of team\n" + bounded},
		"a document cannot be evaluated": {[]decision.Decision{decided("ecs:RunTask", keys, "[]")}, "Denied with an explicit deny in an identity-based policy.\n" +
			about("ecs:RunTask") + none + "  identity  denies: team cannot be evaluated\n" + bounded},
		"two things were wanted": {[]decision.Decision{decided("ecs:DescribeTasks", keys, "["+see+"]"), root}, "Allowed.\n" +
			about("ecs:DescribeTasks") + none + "  identity  allows: statement See of team\n" + bounded +
			"\nAllowed.\n  who       arn:aws:iam::123456789012:root\n  action    ecs:ListClusters\n  resource  *\n" +
			"  request   0123abcd-4567 in us-east-1 of account 123456789012 at 2026-01-02T03:04:05Z\n  policies  none: the root user may do all that no resource forbids\n"},
	} {
		var stdout, stderr strings.Builder
		code := run([]string{"why", "0123abcd", "--endpoint", accessServer(t, test.of...)}, &stdout, &stderr)
		if diff := cmp.Diff(test.want, stdout.String()); code != 0 || diff != "" {
			t.Errorf("%s: exit code %d, %s: %s", name, code, &stderr, diff)
		}
	}
}

func TestWhyOfAnUnknownRequest(t *testing.T) {
	url := accessServer(t)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"why", "0123abcd", "--endpoint", url}, 1, "ecs-emulator: there is no decision about a request 0123abcd: "},
		{[]string{"why", "a/b?c", "--endpoint", url}, 1, "404 Not Found"},
		{[]string{"why", "a", "b"}, 2, "ecs-emulator why: unexpected argument "},
		{[]string{"policy-from-log", "--endpoint", url, "--principal", aRole}, 1, "ecs-emulator: no calls of " + aRole + " were seen\n"},
		{[]string{"policy-from-log", "--endpoint", url, "--principal", "deploy"}, 1, "principal is not an ARN such as "},
		{[]string{"policy-from-log", "--endpoint", url, "--principal", aRole, "--since", "noon"}, 1, "since is not a time such as 2026-01-31T15:04:05Z: noon"},
		{[]string{"policy-from-log", "--endpoint", url}, 2, "--principal is missing"},
	} {
		var stdout, stderr strings.Builder
		if code := run(c.args, &stdout, &stderr); code != c.code || !strings.Contains(stderr.String(), c.want) || strings.Count(stderr.String(), "\n") != 1 || stdout.Len() > 0 {
			t.Errorf("%v ends with %d: %q, %q", c.args, code, &stdout, &stderr)
		}
	}
}

func TestThePolicyFromTheLog(t *testing.T) {
	see := decided("ecs:DescribeTasks", nil, `{"Effect":"Allow","Action":"*","Resource":"*"}`)
	stop := decided("ecs:StopTask", nil, `{"Effect":"Allow","Action":"ecs:Describe*","Resource":"*"}`)
	url := accessServer(t, see, stop)
	var stdout, stderr strings.Builder
	code := run([]string{"policy-from-log", "--endpoint", url, "--principal", aRole, "--since", "2026-01-02T03:04:05Z"}, &stdout, &stderr)
	const want = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "ecs:DescribeTasks",
        "ecs:StopTask"
      ],
      "Resource": "arn:aws:ecs:us-east-1:123456789012:task/shop/*"
    }
  ]
}
`
	const note = "ecs-emulator: arn:aws:ecs:us-east-1:123456789012:task/shop/* stands for arn:aws:ecs:us-east-1:123456789012:task/shop/1\n"
	if diff := cmp.Diff(want, stdout.String()); code != 0 || diff != "" || stderr.String() != note {
		t.Errorf("exit code %d, %q: %s", code, &stderr, diff)
	}
	trusted := see
	trusted.Layer = "trust"
	stdout.Reset()
	stderr.Reset()
	code = run([]string{"policy-from-log", "--endpoint", accessServer(t, trusted), "--principal", aRole}, &stdout, &stderr)
	if code != 1 || stdout.Len() > 0 || !strings.HasSuffix(stderr.String(), "ecs-emulator: no policy is needed, and none would help: see above\n") {
		t.Errorf("of what a trust policy allows: exit code %d, %q, %q", code, &stdout, &stderr)
	}
}
