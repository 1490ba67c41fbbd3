package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

func mac(key, s string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(s))
	return hex.EncodeToString(m.Sum(nil))
}

func TestValid(t *testing.T) {
	if !Valid([]byte("k"), "ada", mac("k", "ada")) {
		t.Error("a good token is refused")
	}
	if Valid([]byte("k"), "bob", mac("k", "ada")) {
		t.Error("another pilot's token is taken")
	}
	if Valid([]byte("k"), "ada", "zz") {
		t.Error("not hex is taken")
	}
}
