//go:build linux

package main

import "testing"

func TestParseForward(t *testing.T) {
	for in, want := range map[string]forward{
		"udp/53=10.0.0.9:5353":           {udp, 53, 1, [4]byte{10, 0, 0, 9}, 5353},
		"tcp/32768-32777=10.0.0.9:8000":  {tcp, 32768, 10, [4]byte{10, 0, 0, 9}, 8000},
		"tcp/60000-60009=10.0.0.9:65526": {tcp, 60000, 10, [4]byte{10, 0, 0, 9}, 65526},
		"tcp/1-65535=255.255.255.255:1":  {tcp, 1, 65535, [4]byte{255, 255, 255, 255}, 1},
		"tcp/65535-65535=10.0.0.9:65535": {tcp, 65535, 1, [4]byte{10, 0, 0, 9}, 65535},
	} {
		if f, ok := parseForward(in); !ok || f != want {
			t.Errorf("parseForward(%q) = %+v, %v; want %+v", in, f, ok, want)
		}
	}
	for _, in := range []string{
		"", "tcp", "tcp/80", "tcp/80=", "tcp/0=10.0.0.9:80", "tcp/80=10.0.0.9:0", "tcp/65536=10.0.0.9:80", "sctp/80=10.0.0.9:80", "80=10.0.0.9:80",
		"tcp/80-=10.0.0.9:80", "tcp/-80=10.0.0.9:80", "tcp/80-79=10.0.0.9:80", "tcp/80-81-82=10.0.0.9:80", "tcp/80-65536=10.0.0.9:80", "tcp/80-90=10.0.0.9:65526",
	} {
		if f, ok := parseForward(in); ok {
			t.Errorf("parseForward(%q) = %+v; want a refusal", in, f)
		}
	}
}

// TestBlocks follows each port through the rule that it meets.
func TestBlocks(t *testing.T) {
	for _, f := range []struct{ port, toPort, count, most int }{
		{80, 8080, 1, 1},
		{32768, 8192, 4096, 1},
		{32769, 8001, 100, 12}, // both odd: as are the blocks
		{32768, 8001, 100, 100},
		{33000, 232, 28000, 28},
		{1, 1, 65535, 16},
		{65535, 65535, 1, 1},
	} {
		blocks := forward{port: f.port, toPort: f.toPort, count: f.count}.blocks()
		if len(blocks) > f.most {
			t.Errorf("%+v takes %d rules", f, len(blocks))
		}
		led := 0
		for port := range 1 << 16 {
			for _, b := range blocks {
				if port&(1<<16-b.size) != b.port {
					continue
				}
				led++
				if to := port ^ b.port ^ b.toPort; to-f.toPort != port-f.port || port < f.port || port >= f.port+f.count {
					t.Fatalf("%+v: port %d leads to %d", f, port, to)
				}
			}
		}
		if led != f.count {
			t.Errorf("%+v: %d ports lead somewhere", f, led)
		}
	}
}
