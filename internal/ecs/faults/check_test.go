package faults

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFaultsThatMakeNoSense(t *testing.T) {
	for want, text := range map[string]string{
		`fault "earthquake" is unknown: use pull, start, `:                      `{"kind": "earthquake"}`,
		`a fault has no member "colour": there are kind, image, `:               `{"kind": "pull", "colour": "blue"}`,
		`a fault of the kind pull does not take "family": it takes image, `:     `{"kind": "pull", "family": "web"}`,
		`a fault of the kind crash does not take "error"`:                       `{"kind": "crash", "error": "x"}`,
		`a fault of the kind terminate-instance does not take "for"`:            `{"kind": "terminate-instance", "for": "1m"}`,
		`"delay" is not a duration like "90s" or "5m": soon`:                    `{"kind": "start", "delay": "soon"}`,
		`"delay" is not a duration like "90s" or "5m": 5`:                       `{"kind": "start", "delay": 5}`,
		`"times" has the wrong type: "two"`:                                     `{"kind": "start", "times": "two"}`,
		`delay, duration, beginning and number of times of a fault cannot be n`: `{"kind": "start", "at": "-5s"}`,
		`"rate" is not between 0 and 1: 1.5`:                                    `{"kind": "start", "rate": 1.5}`,
		`"rate" is not between 0 and 1: -0.5`:                                   `{"kind": "start", "rate": -0.5}`,
		`"zone" is not the name of an Availability Zone, such as us-east-1a: m`: `{"kind": "terminate-instance", "zone": "mars"}`,
		`"zone" is unknown: us-east-1x; us-east-1 has us-east-1a, us-east-1b, `: `{"kind": "terminate-instance", "zone": "us-east-1x"}`,
		`a fault of the kind load needs "service": name, cluster/name or ARN`:   `{"kind": "load", "cpu": 1}`,
		`the load of api is missing: give cpu in vCPU, memory in MiB, requests`: `{"kind": "load", "service": "api"}`,
		`requests -5 is no load: give requests a second from 0 to 1000000`:      `{"kind": "load", "service": "api", "requests": -5, "at": "5m"}`,
		`service shop/api is not in cluster other: give the cluster once`:       `{"kind": "load", "service": "shop/api", "cluster": "other", "cpu": 1}`,
		`a fault is an object of JSON`:                                          `["pull"]`,
	} {
		var f Fault
		err := f.UnmarshalJSON([]byte(text))
		if err == nil {
			err = f.check()
		}
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// A member that has no row in the table could not be set by the command or over HTTP.
func TestEachMemberIsInTheTable(t *testing.T) {
	whole := reflect.TypeFor[Fault]()
	if got, want := len(members), whole.NumField()-len([]string{"ID", "Kind", "Used"}); got != want {
		t.Errorf("the table has %d members, the struct %d", got, want)
	}
	fields := map[uintptr]string{}
	var f Fault
	for _, m := range members {
		at := reflect.ValueOf(m.field(&f)).Pointer()
		if fields[at] != "" {
			t.Errorf("%s and %s are the same field", m.Name, fields[at])
		}
		fields[at] = m.Name
		if !slices.ContainsFunc(kinds, func(k kind) bool { return slices.Contains(k.takes, m.Name) }) {
			t.Errorf("no kind takes %s", m.Name)
		}
	}
	for _, k := range kinds {
		if k.help == "" || k.begin == nil || k.end == nil {
			t.Errorf("the row of %s lacks something", k.Kind)
		}
		for _, name := range slices.Concat(k.takes, k.needs) {
			if !slices.ContainsFunc(members, func(m Member) bool { return m.Name == name }) || !slices.Contains(k.takes, name) {
				t.Errorf("%s takes %s, which is no member, or needs it and does not take it", k.Kind, name)
			}
		}
	}
}

func TestAFaultIsTheSameAfterJSON(t *testing.T) {
	f := Fault{
		ID: "7", Kind: Start, Image: "a<b>", Family: "web", Rate: 0.25, Seed: 1 << 63, Delay: 90 * time.Second, Times: 3, For: time.Hour,
		Error: "no\nspace", Used: 2,
	}
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var again Fault
	if err := json.Unmarshal(text, &again); err != nil || again != f {
		t.Errorf("%s became %+v: %v", text, again, err)
	}
	if got, want := f.Where(), "image a<b>, family web"; got != want {
		t.Errorf("where is %q, want %q", got, want)
	}
	if got, want := f.How(), "rate 0.25, seed 9223372036854775808, delay 1m30s, times 3, for 1h0m0s, error no\nspace"; got != want {
		t.Errorf("how is %q, want %q", got, want)
	}
}
