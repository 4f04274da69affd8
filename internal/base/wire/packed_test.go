package wire

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestPackedTextsKeepApart(t *testing.T) {
	type row struct{ Text string }
	var texts PackedTexts
	var want []string
	var got [][]byte
	for i := range 2000 {
		length := rand.IntN(300)
		if i%50 == 0 {
			length = longText - 30 + rand.IntN(60)
		}
		text := strings.Repeat(string(rune('a'+i%26)), length)
		want = append(want, text)
		got = append(got, texts.Marshal(&row{text}))
	}
	for i := range got {
		got[i] = append(got[i], "it grows elsewhere"...)
	}
	for i, each := range got {
		var found struct{ Text string }
		if err := json.Unmarshal(each[:len(each)-len("it grows elsewhere")], &found); err != nil || found.Text != want[i] {
			t.Fatalf("text %d of %d letters: %d, %v", i, len(want[i]), len(found.Text), err)
		}
	}
}
