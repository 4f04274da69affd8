package policy

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// Of documents that go round in a cache, those that are asked for again and again stay, and the cache keeps its bound.
func TestCachedPoliciesHaveABound(t *testing.T) {
	document := func(n int) string {
		return fmt.Sprintf(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:ecs:*:*:task/%d"}}`, n)
	}
	c := Cache{max: 100_000}
	often, first := c.Compile(document(0)), c.Compile(document(1))
	for n := range 1000 {
		if c.Compile(document(0)) != often {
			t.Fatalf("what is asked for again is compiled again after %d others", n)
		}
		c.Compile(document(n + 2))
		bytes := 0
		for _, kept := range []map[string]*Policy{c.recent, c.older} {
			for text, p := range kept {
				bytes += len(text) + p.size()
			}
		}
		if bytes > c.max {
			t.Fatalf("there are %d bytes after %d documents", bytes, n)
		}
	}
	if c.Compile(document(1)) == first {
		t.Error("the first document is still there")
	}
	large := strings.Replace(document(0), "ecs", strings.Repeat("*", 10_000), 1)
	if kept := c.Compile(large); c.Compile(large) == kept {
		t.Error("a document is kept that is larger than the cache")
	}
}

// Two that ask at once for a document both compile it, and one of both is kept.
func TestCachedPoliciesCountOnce(t *testing.T) {
	var c Cache
	const document = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	first := c.keep(document, Compile(document))
	size := c.size
	if c.keep(document, Compile(document)) != first || c.size != size || size == 0 {
		t.Errorf("%d bytes are %d with another of the same document", size, c.size)
	}
}

// The bytes of a compiled document are about those that it has on the heap.
func TestSizesOfCompiledPolicies(t *testing.T) {
	for name, document := range map[string]string{
		"statements": `{"Statement":[` + strings.Repeat(`{"Effect":"Deny"},`, 300) + `{"Effect":"Deny"}]}`,
		"stars":      `{"Statement":{"Effect":"Deny","Resource":"` + strings.Repeat("*", 5000) + `"}}`,
		"signs":      `{"Statement":{"Effect":"Deny","Resource":"` + strings.Repeat("?", 5000) + `"}}`,
		"variables":  `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Resource":"` + strings.Repeat("${a}", 1000) + `"}}`,
		"values":     `{"Statement":{"Effect":"Deny","Condition":{"NumericEquals":{"a":[` + strings.Repeat("1,", 1000) + `1]}}}}`,
		"usual": `{"Version":"2012-10-17","Statement":[` + strings.Repeat(`{"Effect":"Allow","Action":["ecs:Describe*","ecs:RunTask"],
			"Resource":"arn:aws:ecs:*:123456789012:task/*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"ops"}}},`, 9) + `{"Effect":"Deny"}]}`,
		"principals": `{"Statement":{"Effect":"Deny","Principal":{"AWS":[` + strings.Repeat(`"*",`, 1000) + `"*"]}}}`,
	} {
		const copies = 50
		var before, after runtime.MemStats
		var kept [copies]*Policy
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range kept {
			kept[i] = Compile(document)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		heap, size := int(after.HeapAlloc-before.HeapAlloc)/copies, kept[0].size()
		if size < heap/2 || size > heap*2 {
			t.Errorf("%s: there are %d bytes, said to be %d", name, heap, size)
		}
		runtime.KeepAlive(kept)
	}
}
