package intrinsic_test

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/intrinsic"
)

// apply compiles and applies a function whose arguments are literals.
func apply(t *rapid.T, name string, argument *document.Value) *document.Value {
	v := &document.Value{Kind: document.Map, Members: []document.Member{{Name: name, Value: argument}}}
	call, err := intrinsic.Compiler{Block: intrinsic.Resources, Extended: true}.Value(v)
	if err != nil {
		t.Fatal(err)
	}
	got, err := intrinsic.Apply(call, intrinsic.NewBudget())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func list(items ...*document.Value) *document.Value {
	return &document.Value{Kind: document.List, Items: items}
}

// TestSplitAndJoin: what is split and joined is the same again, and each item can be selected.
func TestSplitAndJoin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		delimiter := document.NewText(rapid.StringN(1, 3, -1).Draw(t, "delimiter"))
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-c,]{0,4}`)).Draw(t, "parts"), delimiter.Text)
		split := apply(t, "Fn::Split", list(delimiter, document.NewText(text)))
		if joined := apply(t, "Fn::Join", list(delimiter, split)); joined.Text != text {
			t.Fatalf("%q came to %q", text, joined.Text)
		}
		if n := apply(t, "Fn::Length", split); n.Text != strconv.Itoa(len(split.Items)) || len(split.Items) != strings.Count(text, delimiter.Text)+1 {
			t.Fatalf("%q has %s items", text, n.Text)
		}
		i := rapid.IntRange(0, len(split.Items)-1).Draw(t, "index")
		if got := apply(t, "Fn::Select", list(document.NewText(strconv.Itoa(i)), split)); got.Text != split.Items[i].Text {
			t.Fatalf("item %d is %q", i, got.Text)
		}
	})
}

// TestSub: a text of literals, marked literals and variables comes to their texts in order.
func TestSub(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var text, want strings.Builder
		variables := &document.Value{Kind: document.Map}
		for i := range rapid.IntRange(0, 8).Draw(t, "parts") {
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				literal := rapid.StringMatching(`[a-z{}! ]{0,5}|\$ `).Draw(t, "literal")
				text.WriteString(literal)
				want.WriteString(literal)
			case 1:
				literal := rapid.StringMatching(`[a-z:.\-]{0,5}`).Draw(t, "marked")
				text.WriteString("${!" + literal + "}")
				want.WriteString("${" + literal + "}")
			default:
				name := "V" + strconv.Itoa(i)
				value := rapid.StringMatching(`[a-z${}]{0,5}`).Draw(t, "value")
				variables.Members = append(variables.Members, document.Member{Name: name, Value: document.NewText(value)})
				text.WriteString("${" + name + "}")
				want.WriteString(value)
			}
		}
		if got := apply(t, "Fn::Sub", list(document.NewText(text.String()), variables)); got.Text != want.String() {
			t.Fatalf("%q came to %q, want %q", text.String(), got.Text, want.String())
		}
	})
}

// TestCidr: blocks have the size that is asked for, follow each other, and lie in the range.
func TestCidr(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(8, 24).Draw(t, "length")
		bits := rapid.IntRange(1, 32-length).Draw(t, "bits")
		count := rapid.IntRange(1, min(256, 1<<(32-length-bits))).Draw(t, "count")
		address := netip.AddrFrom4([4]byte{10, rapid.Byte().Draw(t, "b"), rapid.Byte().Draw(t, "c"), 0})
		within := netip.PrefixFrom(address, length)
		blocks := apply(t, "Fn::Cidr", list(document.NewText(within.String()), document.NewText(strconv.Itoa(count)), document.NewText(strconv.Itoa(bits))))
		next := within.Masked().Addr()
		for _, block := range blocks.Items {
			p := netip.MustParsePrefix(block.Text)
			if p.Addr() != next || p.Bits() != 32-bits || !within.Contains(p.Addr()) {
				t.Fatalf("block %s, want one of %d bits from %s in %s", block.Text, bits, next, within)
			}
			for range 1 << bits {
				next = next.Next()
				if bits > 12 { // too many to count
					break
				}
			}
			if bits > 12 {
				return
			}
		}
		if len(blocks.Items) != count {
			t.Fatalf("%d blocks, want %d", len(blocks.Items), count)
		}
	})
}
