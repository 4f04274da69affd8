package metadata_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// count makes requests until one is refused, or that many.
func (b *bench) count(from, path string, most int) (accepted int) {
	for range most {
		status, body, header := b.ask(from, http.MethodGet, path, "")
		if status == http.StatusTooManyRequests {
			if body != "You have reached maximum request limit." || header.Get("X-Rate-Limit-Limit") != "40.00" {
				b.Errorf("refused with %q and %v", body, header)
			}
			return accepted
		}
		accepted++
	}
	return accepted
}

func TestEachClientIsThrottled(t *testing.T) {
	b := newBench(t)
	b.put("web", types.NetworkModeAwsvpc, "", onFargate)
	shared := b.put("shared", types.NetworkModeBridge, b.instance(), nil)
	b.options.Rate = metadata.DefaultRate
	b.open()
	if n := b.count(fargateAddress, "/v2/metadata", 100); n != 60 {
		t.Errorf("%d requests at once", n)
	}
	if n := b.count(strangeAddress, "/v2/metadata", 100); n != 60 {
		t.Errorf("%d of another one", n)
	}
	b.now = b.now.Add(time.Second)
	if n := b.count(fargateAddress, "/v2/metadata", 100); n != 40 {
		t.Errorf("%d after a second", n)
	}
	// Those that share an address are told apart by their ids.
	for _, container := range []string{"web", "init"} {
		if n := b.count(machineAddress, at("v4", shared, container), 100); n != 60 {
			t.Errorf("%d of %s", n, container)
		}
	}
	b.options.Rate = metadata.Rate{}
	b.open()
	if n := b.count(fargateAddress, "/v2/metadata", 100); n != 100 {
		t.Errorf("%d without a bound", n)
	}
}

// Tasks that share an address ask for their credentials each within bounds of its own.
func TestCredentialsOfTasksThatShareAnAddressAreThrottledApart(t *testing.T) {
	b := newBench(t)
	instance := b.instance()
	one, other := b.put("one", types.NetworkModeBridge, instance, nil), b.put("other", types.NetworkModeHost, instance, nil)
	b.options.Rate = metadata.DefaultRate
	b.options.CredentialsID = func(taskARN string) string { return map[string]string{one.ARN: "a", other.ARN: "b"}[taskARN] }
	for _, path := range []string{"/v2/credentials/", "/v1/credentials?id="} {
		b.open()
		for _, id := range []string{"a", "b"} {
			if n := b.count(machineAddress, path+id, 100); n != 60 {
				t.Errorf("%d of %s%s", n, path, id)
			}
		}
	}
}

// Ids that no task at the address has are no way around the bounds.
func TestUnknownIDsAreThrottledByAddress(t *testing.T) {
	for _, from := range []string{machineAddress, strangeAddress} {
		for _, path := range []string{"/v4/", "/v2/credentials/", "/v1/credentials?id="} {
			b := newBench(t)
			b.put("shared", types.NetworkModeBridge, b.instance(), nil)
			b.options.Rate = metadata.DefaultRate
			b.open()
			n := 0
			for n < 100 && b.count(from, path+strconv.Itoa(n), 1) == 1 {
				n++
			}
			if n != 60 {
				t.Errorf("%d of %s from %s", n, path, from)
			}
		}
	}
}

func TestRates(t *testing.T) {
	for text, want := range map[string]metadata.Rate{"40,60": metadata.DefaultRate, "0": {}, "0.5,1": {PerSecond: 0.5, Burst: 1}} {
		got, err := metadata.ParseRate(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("%s is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "40", "40,0", "-1,60", "fast,60", "NaN,1", "0,60"} {
		if r, err := metadata.ParseRate(text); err == nil {
			t.Errorf("%q is %v", text, r)
		}
	}
}
