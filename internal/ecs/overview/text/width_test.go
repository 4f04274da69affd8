package text

import (
	"slices"
	"testing"
)

func TestColumnsOfTexts(t *testing.T) {
	for text, want := range map[string]int{"": 0, "web": 3, "夜間": 4, "🚀 web": 6, "Cafe\u0301": 4, "ｗｅｂ": 6, "→…": 2, "한국": 4} {
		if got := columns(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}

func TestWideTextsAreCutBetweenCharacters(t *testing.T) {
	for room, want := range map[int]string{0: "夜間バッチ", 3: "夜…", 4: "夜…", 5: "夜間…", 9: "夜間バッ…", 10: "夜間バッチ"} {
		if got := cut("夜間バッチ", room); got != want {
			t.Errorf("cut to %d it is %q, want %q", room, got, want)
		}
	}
	for room, want := range map[int][]string{
		0: {"夜間 バッチ ok"}, 4: {"夜間", "バ…"}, 5: {"夜間", "バッ…"}, 11: {"夜間 バッチ", "ok"}, 13: {"夜間 バッチ", "ok"}, 14: {"夜間 バッチ ok"},
	} {
		if got := fold("夜間 バッチ ok", room); !slices.Equal(got, want) {
			t.Errorf("in %d columns it is %q, want %q", room, got, want)
		}
	}
}

func TestAlignCountsColumns(t *testing.T) {
	got := Align([][]string{{"80/tcp", "夜間バッチ", "a"}, {"8080/tcp", "family:web", "b"}, {"9/tcp", "Cafe\u0301\nbar", "c"}, {"1/tcp", ""}})
	want := "80/tcp    夜間バッチ  a\n8080/tcp  family:web  b\n9/tcp     Cafe\u0301 bar    c\n1/tcp\n"
	if got != want {
		t.Errorf("it lays out\n%s\nwant\n%s", got, want)
	}
}
