package page

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Form is how the tokens of a service look. The zero value has the word "after" in them.
type Form struct {
	// Head stands before the encoded key.
	Head string
	// Encoding is the encoding of the key; nil is URLEncoding, with a word before the key.
	Encoding *base64.Encoding
	// Longest is how many bytes of a key a token has, with a digest of those that are longer;
	// 0 is all of them.
	Longest int
}

// word tells tokens of the zero Form from other text.
const word = "after "

func (f Form) word() string {
	if f.Encoding == nil {
		return word
	}
	return ""
}

func (f Form) encoding() *base64.Encoding { return cmp.Or(f.Encoding, base64.URLEncoding) }

func (f Form) seal(key string) string {
	return f.Head + f.encoding().EncodeToString([]byte(f.word()+f.place(key)))
}

// open is the place that a token has.
func (f Form) open(token string) (place string, ours bool) {
	encoded, ours := strings.CutPrefix(token, f.Head)
	text, err := f.encoding().DecodeString(encoded)
	place, hasWord := strings.CutPrefix(string(text), f.word())
	return place, ours && err == nil && hasWord
}

// beginning is how much of a key that is too long a token has.
func (f Form) beginning() int { return f.Longest - sha256.Size }

// place is what a token has of a key.
func (f Form) place(key string) string {
	if f.Longest == 0 || len(key) <= f.Longest {
		return key
	}
	digest := sha256.Sum256([]byte(key))
	return key[:f.beginning()] + string(digest[:])
}

// behind is how many of n sorted keys come up to a place. Where the key is gone that was there
// and it was a long one, some may come again, but none is left out.
func (f Form) behind(n int, key func(i int) string, place string, compare func(a, b string) int) int {
	for i := range n {
		if f.place(key(i)) == place {
			return i + 1
		}
	}
	if f.Longest > 0 {
		place = place[:min(len(place), f.beginning())]
	}
	for i := range n {
		if compare(key(i), place) > 0 {
			return i
		}
	}
	return n
}
