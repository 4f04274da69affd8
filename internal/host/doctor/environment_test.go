package doctor_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

func TestEnvironments(t *testing.T) {
	const at, key = "http://127.0.0.1:4577", "AKIAQWERTYUIOPASDFGH"
	with := func(variables map[string]string, change func(*doctor.Environment)) diagnosis.Check {
		e := doctor.Environment{Endpoint: at, Variables: variables, Profile: "default"}
		if change != nil {
			change(&e)
		}
		c := doctor.JudgeEnvironment(e)
		for _, value := range []string{key, "hunter2", "http://proxy"} {
			if strings.Contains(c.Text+c.Next, value) {
				t.Errorf("%v tells a value: %+v", variables, c)
			}
		}
		return c
	}
	real := func(e *doctor.Environment) { e.Real, e.Profile = true, "work" }
	led := map[string]string{"AWS_ENDPOINT_URL": "http://localhost:4577/"}
	proxied := map[string]string{"HTTP_PROXY": "http://proxy:hunter2@10.0.0.1"}
	also := func(a map[string]string, name, value string) map[string]string {
		all := maps.Clone(a)
		all[name] = value
		return all
	}
	expect(t, []look{
		{"nothing", with(nil, nil), diagnosis.OK, "no variable leads clients", ""},
		{"led here", with(led, nil), diagnosis.OK, "AWS_ENDPOINT_URL: clients are led to " + at, ""},
		{"bundle", with(nil, func(e *doctor.Environment) { e.Bundle = "does not exist" }), diagnosis.Broken, "AWS_CA_BUNDLE names a file that does not exist", "unset AWS_CA_BUNDLE"},
		{"led elsewhere", with(also(led, "AWS_ENDPOINT_URL_S3", "http://localhost:9000"), nil), diagnosis.Degraded, "AWS_ENDPOINT_URL_S3: what clients", "ecs-emulator env"},
		{"ignored", with(also(led, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"), nil), diagnosis.Degraded, "has clients leave out AWS_ENDPOINT_URL", "unset"},
		{"real keys", with(map[string]string{"AWS_ACCESS_KEY_ID": key}, nil), diagnosis.Degraded, "the keys in AWS_ACCESS_KEY_ID may be of a real account", "env"},
		{"real keys that are led here", with(also(led, "AWS_ACCESS_KEY_ID", key), nil), diagnosis.OK, "AWS_ENDPOINT_URL", ""},
		{"real keys that are led here in vain", with(also(also(led, "AWS_ACCESS_KEY_ID", key), "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"), nil), diagnosis.Degraded, "real account", ""},
		{"test keys", with(map[string]string{"AWS_ACCESS_KEY_ID": "test"}, real), diagnosis.OK, "", ""},
		{"AWS's example", with(map[string]string{"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}, nil), diagnosis.OK, "", ""},
		{"a real profile", with(nil, real), diagnosis.Degraded, "the credentials of the profile work may be of a real account", ""},
		{"a profile that is named", with(map[string]string{"AWS_ACCESS_KEY_ID": "test", "AWS_PROFILE": "work"}, real), diagnosis.Degraded, "profile work", ""},
		{"real keys beside a profile that is named", with(map[string]string{"AWS_ACCESS_KEY_ID": key, "AWS_PROFILE": "emulator"}, nil), diagnosis.Degraded, "the keys in AWS_ACCESS_KEY_ID may", "without AWS_ACCESS_KEY_ID"},
		{"both", with(map[string]string{"AWS_ACCESS_KEY_ID": key, "AWS_PROFILE": "work"}, real), diagnosis.Degraded, "the keys in AWS_ACCESS_KEY_ID and the credentials of the profile work may", ""},
		{"proxy", with(proxied, nil), diagnosis.Broken, "HTTP_PROXY without 127.0.0.1 in NO_PROXY", "export NO_PROXY=127.0.0.1,localhost"},
		{"proxy and localhost", with(also(proxied, "NO_PROXY", "localhost"), nil), diagnosis.Broken, "HTTP_PROXY", ""},
		{"proxy and a range", with(also(proxied, "NO_PROXY", "127.0.0.0/8"), nil), diagnosis.Broken, "HTTP_PROXY", ""},
		{"proxy with an exception", with(also(proxied, "NO_PROXY", "example.com, 127.0.0.1"), nil), diagnosis.OK, "", ""},
		{"proxy with an exception of a port", with(also(proxied, "NO_PROXY", "127.0.0.1:4577"), nil), diagnosis.OK, "", ""},
		{"the small one wins", with(also(also(proxied, "NO_PROXY", "*"), "no_proxy", ""), nil), diagnosis.Broken, "HTTP_PROXY", ""},
		{"all excepted", with(also(proxied, "no_proxy", "*"), nil), diagnosis.OK, "", ""},
		{"proxy of https alone", with(map[string]string{"HTTPS_PROXY": "http://proxy"}, nil), diagnosis.OK, "", ""},
		{"a name", with(also(proxied, "NO_PROXY", ".local"), func(e *doctor.Environment) { e.Endpoint = "http://ecs.local:4577" }), diagnosis.OK, "", ""},
	})
}
