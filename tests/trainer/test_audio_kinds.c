// Kinds of files that are not read: the first bytes tell which, and the message what to do.
#define _XOPEN_SOURCE 700
#include "audio/audio.h"
#include "lib/audio_fixture.h"
#include "lib/check.h"

#define CASE(at, bytes, message)                                                                   \
    {                                                                                              \
        bytes, sizeof bytes - 1, at, message                                                       \
    }

static void test_kinds_are_told_whatever_the_name(void)
{
    static const struct {
        const char *bytes;
        size_t length, at;
        const char *message;
    } cases[] = {
        CASE(4, "ftypM4A ", "AAC is not supported: convert it, for instance with ffmpeg"),
        CASE(0, "\xff\xf1\x50\x80", "AAC is not supported: convert it, for instance with ffmpeg"),
        CASE(4, "ftypisom", "MP4 (AAC or video) is not supported: extract its sound"),
        CASE(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA or WMV is not supported: convert it"),
        CASE(0, "MThd\0\0\0\6", "MIDI is not supported: it has notes and no sound: render it"),
        CASE(0, "RIFF\1\0\0\0RMID", "MIDI is not supported"),
        CASE(0, "RIFF\1\0\0\0AVI ", "AVI video is not supported: extract its sound"),
        CASE(0, "\x1a\x45\xdf\xa3", "Matroska or WebM is not supported: extract its sound"),
        CASE(0, "PK\3\4", "a ZIP archive is not supported: unpack it first"),
        CASE(0, "%PDF-1.4", "a PDF document is not supported: it is no audio"),
        CASE(0, "\n<!DOCTYPE html>", "a web page is not supported: the download has failed"),
        CASE(0, "\xef\xbb\xbf<html>", "a web page is not supported: the download has failed"),
        CASE(0, "#EXTM3U\n", "a list of files is not supported: name the files themselves"),
        CASE(1080, "M.K.", "a tracker module is not supported: render it first"),
        CASE(0, "wvpk", "WavPack is not supported: convert it"),
        CASE(0, "OggS\0\2\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1\x2a\x80theora",
             "Ogg video is not supported: extract its sound"),
        CASE(2000, "", "it begins with zeros: the download or the copy has failed"),
        CASE(0, "\xff\xff\xff\xff", "begins like an MP3 file, but is none"),
        CASE(0, "a text that somebody named so", ""),
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[5000] = {0};
        Error error = {""};
        memcpy(bytes + cases[i].at, cases[i].bytes, cases[i].length);
        REQUIRE(fixture_write_bytes("song.mp3", bytes, sizeof bytes));
        AudioReader *reader = audio_open(fixture_path("song.mp3"), &error);
        CHECK_MSG(!reader, "%zu is read", i);
        CHECK_MSG(strstr(error.text, cases[i].message) == error.text && *error.text,
                  "'%s', not '%s'", error.text, cases[i].message);
        audio_close(reader);
    }
}

int main(void)
{
    if (!fixture_folder_make()) return 1;
    RUN(test_kinds_are_told_whatever_the_name);
    fixture_folder_remove();
    return check_status();
}
