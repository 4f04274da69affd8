package ec2

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
)

// maxUserDataBytes is for user data that is not encoded. Source: EC2 user guide.
const maxUserDataBytes = 16384

// CheckUserData refuses user data that EC2 refuses. Source: recorded answers, and field
// reports for the length.
func CheckUserData(encoded string) error {
	data, err := decodeBase64(encoded)
	switch {
	case err != nil:
		return refuse("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
	case len(data) > maxUserDataBytes:
		return refuse("InvalidParameterValue", "User data is limited to %d bytes", maxUserDataBytes)
	}
	return nil
}

// decoded is the text of user data. What is not base64 is taken as it is.
func decoded(encoded string) []byte {
	text, err := decodeBase64(encoded)
	if err != nil {
		return []byte(encoded)
	}
	return text
}

// decodeBase64 heeds no blanks and ends of lines.
func decodeBase64(encoded string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
}

// mimeParts are the parts of a multipart archive, decoded; nil if the text is none.
// Source: cloud-init documentation, MIME multi-part archive.
func mimeParts(text []byte) (parts [][]byte) {
	message, err := mail.ReadMessage(bytes.NewReader(bytes.TrimLeft(text, "\r\n ")))
	if err != nil {
		return nil
	}
	kind, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return nil
	}
	parts = [][]byte{}
	for r := multipart.NewReader(message.Body, parameters["boundary"]); ; {
		part, err := r.NextRawPart()
		if err != nil {
			return parts
		}
		body, _ := io.ReadAll(io.LimitReader(part, maxUserData)) // what can be read counts
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
			body = decoded(string(body))
		}
		parts = append(parts, body)
	}
}
